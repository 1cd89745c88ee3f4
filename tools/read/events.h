/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The events of the kernel, or of recorded files one after the other. Where the
 * numbers of events have a gap that no frame tells of, a LOST frame is made up.
 */
#ifndef TCPLEDGER_EVENTS_H
#define TCPLEDGER_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/file_set.h"
#include "read/stream.h"

struct source;

/**
 * struct events - events on their way
 * @stream: the file that is read
 * @set: all files, empty if the kernel is read
 * @at: the one that is read
 * @live: the kernel is read, or what stands for it
 * @undecoded: as in struct stream
 * @without_logs: logs of whole records are not wanted
 * @known: a START frame was there
 * @expected: number of the next event
 * @epoch: what it is of
 * @netns: its namespace
 * @load_id: its module
 * @lost: events that the kernel says were lost
 * @missing: events that are not there and of which nothing is said
 * @held: the frame behind the LOST frame that was made up, or NULL
 * @gap: that frame
 */
struct events {
	struct stream		stream;
	struct file_set		set;
	size_t			at;
	bool			live;
	unsigned int		undecoded;
	bool			without_logs;
	bool			known;
	uint64_t		expected;
	uint64_t		epoch;
	uint32_t		netns;
	unsigned char		load_id[16];
	uint64_t		lost;
	uint64_t		missing;
	const struct frame	*held;
	struct frame		gap;
};

void events_init(struct events *events);
int events_find(struct events *events, const struct source *source);
int events_open(struct events *events, const struct source *source, bool brief);
enum stream_state events_next(struct events *events, const struct frame **frame);
size_t events_run(struct events *events, size_t enough, uint64_t before,
		  const unsigned char **bytes, uint64_t *count);
bool events_same_epoch(const struct events *events, const struct tcpledger_frame_start *start);
void events_close(struct events *events);

#endif
