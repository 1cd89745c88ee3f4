// SPDX-License-Identifier: GPL-2.0
#include "read/events.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fail.h"
#include "read/source.h"

static int open_live(struct events *events, const struct source *source, bool brief)
{
	char path[PATH_MAX];
	int fd = source_open(source, "events", path);
	int flags;

	/* What stands for the kernel's file does not know it, and is read as it is. */
	if (fd >= 0 && brief)
		ioctl(fd, TCPLEDGER_IOC_BRIEF);
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
 * events_init - nothing is open yet
 * @events: set up; events_close() may be called at any time from now on
 */
void events_init(struct events *events)
{
	memset(events, 0, sizeof(*events));
	stream_init(&events->stream);
}

/**
 * events_find - find the files that were named, and open the first
 * @events: what events_init() set up
 * @source: which they are
 *
 * Return: its descriptor, or -1 with the error reported.
 */
int events_find(struct events *events, const struct source *source)
{
	const char *const *files = source->file_count ? source->files : &source->file;
	unsigned int i, count = source->file_count ? source->file_count : 1;

	for (i = 0; i < count; i++)
		if (file_set_add(&events->set, files[i]))
			return -1;
	return source_open_path(events->set.items[0].path);
}

/**
 * events_open - begin to read events
 * @events: set up; events_close() is due also after a failure
 * @source: where they are
 * @brief: the short forms will do, and logs that are told in pieces
 *
 * Events of the kernel are never waited for: events_next() says that there is none,
 * and the descriptor of @stream.input can be polled.
 *
 * Return: 0, or an exit status with the error reported.
 */
int events_open(struct events *events, const struct source *source, bool brief)
{
	int fd;

	events_init(events);
	if (!source->file)
		return open_live(events, source, brief);
	fd = events_find(events, source);
	if (fd < 0)
		return FAIL_WORK;
	return stream_open(&events->stream, fd, events->set.items[0].path);
}

static bool is_successor(const struct file_set_item *a, const struct file_set_item *b)
{
	return !a->prefix || a->prefix != b->prefix || strncmp(a->path, b->path, a->prefix) ||
	       b->number <= a->number + 1;
}

static void tell_missing(const struct file_set_item *before, const struct file_set_item *item)
{
	if (!is_successor(before, item))
		fail_note(item->path, "what was in them is not shown",
			  "%lu files of the set before it are not there",
			  item->number - before->number - 1);
}

/* A file that is being begun has nothing in it yet. */
static bool is_empty(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && !st.st_size;
}

/* Go on with the next file. Returns FRAME if there is one. */
static enum stream_state open_next(struct events *events)
{
	while (events->at + 1 < events->set.count) {
		const struct file_set_item *item = &events->set.items[++events->at];
		int fd = source_open_path(item->path);

		tell_missing(item - 1, item);
		if (fd < 0)
			return STREAM_FAILED;
		if (is_empty(fd)) {
			close(fd);
			continue;
		}
		stream_close(&events->stream);
		return stream_open(&events->stream, fd, item->path) ? STREAM_FAILED :
								      STREAM_FRAME;
	}
	return STREAM_ENDED;
}

/**
 * events_same_epoch - whether a START is of the epoch that is read
 * @events: what is read
 * @start: another START
 *
 * Return: true if it is.
 */
bool events_same_epoch(const struct events *events, const struct tcpledger_frame_start *start)
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
		if (events_same_epoch(events, &frame->start))
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
	enum stream_state state;

	do {
		events->stream.undecoded = events->undecoded;
		events->stream.layout.without_logs = events->without_logs;
		state = stream_next(&events->stream, frame);
	} while (state == STREAM_ENDED && (state = open_next(events)) == STREAM_FRAME);
	return state;
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
 * events_run - events one after the other of types that are not decoded, as one piece
 * @events: what events_open() set up
 * @enough: so many bytes are enough
 * @before: number of an event that is not to be among them
 * @bytes: set to them, good until the next call
 * @count: set to how many events they are
 *
 * Return: how many bytes, 0 if events_next() has to look.
 */
size_t events_run(struct events *events, size_t enough, uint64_t before,
		  const unsigned char **bytes, uint64_t *count)
{
	uint64_t first = events->expected;
	size_t size;

	if (events->held || !events->known || !events->undecoded)
		return 0;
	size = stream_run(&events->stream, events->undecoded, enough, before, &events->expected,
			  bytes);
	*count = events->expected - first;
	return size;
}

/**
 * events_close - close all and give all memory back
 * @events: what events_open() set up
 */
void events_close(struct events *events)
{
	stream_close(&events->stream);
	file_set_free(&events->set);
}
