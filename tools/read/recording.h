/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records that the machine had at the end of a recorded file, in the order in
 * which its records file would have had them.
 */
#ifndef TCPLEDGER_RECORDING_H
#define TCPLEDGER_RECORDING_H

#include <stddef.h>

#include <linux/tcpledger.h>

#include "read/replay.h"

struct events;

/**
 * struct recording - records that frames told of, all zero when empty
 * @replay: they
 * @order: they in order
 * @next: the one to hand out next
 */
struct recording {
	struct replay		replay;
	struct replay_record	**order;
	size_t			next;
};

int recording_read(struct recording *recording, struct events *events);
const struct record *recording_next(struct recording *recording);
void recording_free(struct recording *recording);

#endif
