// SPDX-License-Identifier: GPL-2.0
#include "base/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * CLOCK_SECOND + now.tv_nsec;
}

/**
 * clock_monotonic - the time, for durations
 *
 * Return: nanoseconds.
 */
int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

/**
 * clock_next - the next multiple of a time on the wall clock
 * @every_ns: the time; 0 for never
 *
 * With an hour, the next full hour, whenever the program began.
 *
 * Return: nanoseconds since 1970.
 */
int64_t clock_next(int64_t every_ns)
{
	return every_ns ? (read_clock(CLOCK_REALTIME) / every_ns + 1) * every_ns : 0;
}

/**
 * clock_due - whether such a moment has come
 * @at: what clock_next() said
 * @every_ns: the time; 0 for never
 *
 * A clock that was set back would have it far in the future: then it is due too.
 *
 * Return: true if it is.
 */
bool clock_due(int64_t at, int64_t every_ns)
{
	int64_t now = read_clock(CLOCK_REALTIME);

	return every_ns && (now >= at || now < at - every_ns);
}
