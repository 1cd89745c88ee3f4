/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events as lines for people, in columns that grow with what is in them.
 */
#ifndef TCPLEDGER_EVENT_LINE_H
#define TCPLEDGER_EVENT_LINE_H

#include <stdbool.h>
#include <stdint.h>

#include "print/event_clock.h"

struct frame;
struct replay_record;

/**
 * struct event_look - how the lines look
 * @clock: how moments look
 * @colour: colour may be used
 * @begun: the titles were printed
 * @start_ns: CLOCK_MONOTONIC that @clock counts from; -1 until it is known
 * @id_width: columns of the widest number of a record so far
 * @end_width: of the widest address with its port
 */
struct event_look {
	enum event_clock	clock;
	bool			colour;
	bool			begun;
	int64_t			start_ns;
	unsigned int		id_width;
	unsigned int		end_width;
};

bool event_line(struct event_look *look, const struct frame *frame, struct replay_record *r);

#endif
