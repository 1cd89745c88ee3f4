// SPDX-License-Identifier: GPL-2.0
#include "read/snapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/memory.h"

/**
 * snapshot_possible - whether the source gives a snapshot to each who opens it
 * @events: what is read
 *
 * Return: true if it does; a pipe does not.
 */
bool snapshot_possible(const struct events *events)
{
	struct stat st;

	return events->live && !fstat(events->stream.input.fd, &st) && S_ISREG(st.st_mode);
}

/* Said when it begins to fail, not each time. */
static void tell_failure(struct snapshot *snapshot, const struct events *events, int error)
{
	if (!snapshot->failed)
		fail_note(events->stream.input.path, "events are read on, and each second it is "
			  "tried again", "no fresh snapshot can be had: %s",
			  error ? strerror(error) : "it does not begin with one");
	snapshot->failed = true;
}

/* Up to its START. That the stream is over is for @events to say. */
static bool open_again(struct snapshot *snapshot, struct events *fresh,
		       const struct events *events)
{
	enum stream_state state = STREAM_FAILED;
	int error;

	errno = 0;
	fail_quietly(true);
	if (!events_open(fresh, snapshot->source, snapshot->brief))
		state = events_next(fresh, &snapshot->start);
	error = errno;
	fail_quietly(false);
	fresh->undecoded = snapshot->undecoded;
	if (state == STREAM_FRAME)
		return snapshot->start->type == TCPLEDGER_FRAME_START &&
		       events_same_epoch(events, &snapshot->start->start);
	if (state != STREAM_ENDED)
		tell_failure(snapshot, events, error);
	return false;
}

/**
 * snapshot_begin - open the stream once more
 * @snapshot: set up; its @start is set, good until the next frame of what is returned
 * @events: what is read, for which snapshot_possible() holds
 *
 * Return: the stream anew, its START read; NULL if it cannot be had now.
 */
struct events *snapshot_begin(struct snapshot *snapshot, const struct events *events)
{
	int64_t now_ns = clock_monotonic();
	struct events *fresh;

	if (now_ns < snapshot->retry_ns)
		return NULL;
	fresh = memory_new(1, sizeof(*fresh));
	if (open_again(snapshot, fresh, events)) {
		snapshot->failed = false;
		return fresh;
	}
	snapshot->retry_ns = now_ns + CLOCK_SECOND;
	snapshot_end(fresh);
	return NULL;
}

/**
 * snapshot_end - close a stream
 * @events: what snapshot_begin() returned, or NULL
 */
void snapshot_end(struct events *events)
{
	if (events)
		events_close(events);
	free(events);
}
