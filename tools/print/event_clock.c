// SPDX-License-Identifier: GPL-2.0
#include "print/event_clock.h"

#include <string.h>

#include <linux/tcpledger.h>

#include "base/text.h"
#include "print/format.h"
#include "read/moment.h"

#define NS_PER_S	1000000000LL
#define DAY_WIDTH	15	/* 02:11:09.123456 */
#define RELATIVE_WIDTH	12
#define WALL_WIDTH	30

/**
 * event_clock_width - columns that a moment takes
 * @clock: how it looks
 *
 * Return: how many.
 */
unsigned int event_clock_width(enum event_clock clock)
{
	static const unsigned char widths[] = {
		[EVENT_CLOCK_DAY] = DAY_WIDTH, [EVENT_CLOCK_RELATIVE] = RELATIVE_WIDTH,
		[EVENT_CLOCK_WALL] = WALL_WIDTH,
	};

	return widths[clock];
}

static char *put_two(char *at, int64_t number)
{
	at[0] = (char)('0' + number / 10);
	at[1] = (char)('0' + number % 10);
	return at + 2;
}

/* Many events, few seconds: what is before the point is worked out once for each. */
static bool add_day(struct text *out, int64_t moment)
{
	static int64_t last_second = -1;
	static char day[9];
	int64_t second = moment / NS_PER_S, us = moment % NS_PER_S / 1000;
	char *at;

	if (moment < 0)
		return false;
	if (second != last_second) {
		int64_t of_day = second % 86400;

		at = put_two(day, of_day / 3600);
		*at++ = ':';
		at = put_two(at, of_day / 60 % 60);
		*at++ = ':';
		*put_two(at, of_day % 60) = '.';
		last_second = second;
	}
	at = text_room(out, DAY_WIDTH);
	memcpy(at, day, sizeof(day));
	at = put_two(at + sizeof(day), us / 10000);
	at = put_two(at, us / 100 % 100);
	text_end(out, put_two(at, us % 100));
	return true;
}

static bool add_relative(struct text *out, int64_t start_ns,
			 const struct tcpledger_record *fixed, int64_t t_ns)
{
	int64_t ns;

	if (__builtin_add_overflow(fixed->base_ns, t_ns, &ns) ||
	    __builtin_sub_overflow(ns, start_ns, &ns) || ns <= -INT64_MAX)
		return false;
	if (ns < 0)
		text_char(out, '-');
	format_seconds(out, ns < 0 ? -ns : ns, 6);
	return true;
}

/**
 * event_clock_add_wall - add a moment of the wall clock
 * @out: where
 * @clock: how it looks
 * @realtime_ns: nanoseconds since 1970
 *
 * Return: false, with nothing added, if it is not known, or seconds are wanted.
 */
bool event_clock_add_wall(struct text *out, enum event_clock clock, int64_t realtime_ns)
{
	switch (clock) {
	case EVENT_CLOCK_DAY:
		return add_day(out, realtime_ns);
	case EVENT_CLOCK_WALL:
		return format_wall(out, realtime_ns);
	default:
		return false;
	}
}

/**
 * event_clock_add - add a moment of a record
 * @out: where
 * @clock: how it looks
 * @start_ns: CLOCK_MONOTONIC that seconds count from
 * @fixed: the record
 * @t_ns: the moment, from its first entry; negative if unknown
 *
 * Return: false, with nothing added, if it is not known.
 */
bool event_clock_add(struct text *out, enum event_clock clock, int64_t start_ns,
		     const struct tcpledger_record *fixed, int64_t t_ns)
{
	int64_t moment;

	if (t_ns < 0)
		return false;
	if (clock == EVENT_CLOCK_RELATIVE)
		return add_relative(out, start_ns, fixed, t_ns);
	return moment_after(fixed->opened_at, t_ns, &moment) &&
	       event_clock_add_wall(out, clock, moment);
}
