/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fresh snapshot of the records while their events are being read. It comes from a
 * second descriptor: the START there tells the number of the event behind the snapshot.
 * The first descriptor is read up to that event and then closed, so no event is skipped or
 * lost between the two.
 */
#ifndef TCPLEDGER_SNAPSHOT_H
#define TCPLEDGER_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "read/events.h"

struct source;

/**
 * struct snapshot - how a fresh snapshot is had
 * @source: where events come from
 * @brief: as for events_open()
 * @undecoded: as in struct events
 * @start: the START of the last one
 * @failed: the last attempt failed, which was said
 * @retry_ns: CLOCK_MONOTONIC of the next attempt after one that failed
 */
struct snapshot {
	const struct source	*source;
	bool			brief;
	unsigned int		undecoded;
	const struct frame	*start;
	bool			failed;
	int64_t			retry_ns;
};

bool snapshot_possible(const struct events *events);
struct events *snapshot_begin(struct snapshot *snapshot, const struct events *events);
void snapshot_end(struct events *events);

#endif
