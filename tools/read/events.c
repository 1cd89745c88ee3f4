// SPDX-License-Identifier: GPL-2.0
#include "read/events.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "read/source.h"

static int open_live(struct events *events, const struct source *source)
{
	char path[PATH_MAX];
	int fd = source_open(source, "events", path);
	int flags;

	if (fd < 0 || stream_open(&events->stream, fd, path))
		return FAIL_WORK;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK))
		return fail_work("check the path", "cannot wait for events of %s", path);
	events->live = true;
	events->stream.input.live = true;
	return FAIL_NONE;
}

/**
 * events_open - begin to read events
 * @events: set up; events_close() is due also after a failure
 * @source: where they are
 *
 * Events of the kernel are never waited for: events_next() says that there is none,
 * and the descriptor of @stream.input can be polled.
 *
 * Return: 0, or an exit status with the error reported.
 */
int events_open(struct events *events, const struct source *source)
{
	char path[PATH_MAX];
	int fd;

	memset(events, 0, sizeof(*events));
	stream_init(&events->stream);
	if (!source->file)
		return open_live(events, source);
	fd = source_open(source, "records", path);
	return fd < 0 ? FAIL_WORK : stream_open(&events->stream, fd, path);
}

static bool same_epoch(const struct events *events, const struct tcpledger_frame_start *start)
{
	return events->known && events->epoch == start->epoch && events->netns == start->netns &&
	       !memcmp(events->load_id, start->load_id, sizeof(events->load_id));
}

static void begin_epoch(struct events *events, const struct frame *frame)
{
	const struct tcpledger_frame_start *start = &frame->start;

	events->known = true;
	events->expected = frame->seq;
	events->epoch = start->epoch;
	events->netns = start->netns;
	memcpy(events->load_id, start->load_id, sizeof(events->load_id));
}

/* Events from the one that was expected to this one are not there. */
static const struct frame *make_gap(struct events *events, const struct frame *frame)
{
	struct frame *gap = &events->gap;

	gap->type = TCPLEDGER_FRAME_LOST;
	gap->seq = frame->seq;
	gap->first = events->expected;
	gap->count = frame->seq - events->expected;
	gap->netns = events->netns;
	events->missing += gap->count;
	events->expected = frame->seq;
	events->held = frame;
	return gap;
}

/* What the frame says of the number of the next event. */
static void count(struct events *events, const struct frame *frame)
{
	switch (frame->type) {
	case TCPLEDGER_FRAME_LOST:
		events->lost += frame->count;
		events->expected = frame->first + frame->count;
		break;
	case TCPLEDGER_FRAME_FILTERED:
		events->expected = frame->first + frame->count;
		break;
	default:
		if (frame->flags & TCPLEDGER_FRAME_NUMBERED)
			events->expected = frame->seq + 1;
		break;
	}
}

/* Whether events are missing before this frame; one of another epoch tells nothing. */
static bool has_gap(struct events *events, const struct frame *frame)
{
	uint64_t first = frame->seq;

	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		if (same_epoch(events, &frame->start))
			break;
		begin_epoch(events, frame);
		return false;
	case TCPLEDGER_FRAME_LOST:
	case TCPLEDGER_FRAME_FILTERED:
		first = frame->first;
		break;
	case TCPLEDGER_FRAME_SYNC:
		return false;	/* what follows may be of another epoch */
	default:
		if (!(frame->flags & TCPLEDGER_FRAME_NUMBERED))
			return false;
	}
	return events->known && first > events->expected;
}

static enum stream_state next(struct events *events, const struct frame **frame)
{
	events->stream.undecoded = events->undecoded;
	return stream_next(&events->stream, frame);
}

/**
 * events_next - the next frame
 * @events: what events_open() set up
 * @frame: set to it, good until the next call, if there is one; the @bytes of a LOST
 *	frame that was made up are NULL
 *
 * Return: whether there is one.
 */
enum stream_state events_next(struct events *events, const struct frame **frame)
{
	enum stream_state state = STREAM_FRAME;

	*frame = events->held;
	events->held = NULL;
	if (!*frame) {
		state = next(events, frame);
		if (state != STREAM_FRAME)
			return state;
		if (has_gap(events, *frame)) {
			*frame = make_gap(events, *frame);
			return state;
		}
	}
	count(events, *frame);
	return state;
}

/**
 * events_close - close all and give all memory back
 * @events: what events_open() set up
 */
void events_close(struct events *events)
{
	stream_close(&events->stream);
}
