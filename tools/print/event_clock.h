/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How moments look beside events.
 */
#ifndef TCPLEDGER_EVENT_CLOCK_H
#define TCPLEDGER_EVENT_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct tcpledger_record;
struct text;

enum event_clock {
	EVENT_CLOCK_DAY,	/* the time of day */
	EVENT_CLOCK_RELATIVE,	/* seconds since the first START */
	EVENT_CLOCK_WALL,	/* date and time, exact */
};

unsigned int event_clock_width(enum event_clock clock);
bool event_clock_add(struct text *out, enum event_clock clock, int64_t start_ns,
		     const struct tcpledger_record *fixed, int64_t t_ns);
bool event_clock_add_wall(struct text *out, enum event_clock clock, int64_t realtime_ns);

#endif
