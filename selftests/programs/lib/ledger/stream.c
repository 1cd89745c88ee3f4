// SPDX-License-Identifier: GPL-2.0
#include "lib/ledger/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/util.h"

#define WORD(name, text)	text,

/**
 * frame_word - the name of a frame's type
 * @frame: frame
 */
const char *frame_word(const union frame *frame)
{
	static const char *const words[] = { TCPLEDGER_FRAMES(WORD) };

	return frame->frame.type < TCPLEDGER_FRAME_TYPE_MAX ? words[frame->frame.type] : "?";
}

/* How many events a frame is. */
unsigned int frame_events(const union frame *frame)
{
	const size_t all = frame->frame.size - sizeof(frame->frame);

	if (!frame_is_event(frame))
		return 0;
	return frame->frame.type == TCPLEDGER_FRAME_ENTRIES ?
	       all / sizeof(struct tcpledger_short) : 1;
}

bool frame_is_event(const union frame *frame)
{
	return frame->frame.flags & TCPLEDGER_FRAME_NUMBERED;
}

/**
 * frame_log - the log of a RECORD, OPEN or END
 * @frame: frame
 */
const struct tcpledger_entry *frame_log(const union frame *frame)
{
	return (const void *)(&frame->record.record + 1);
}

/* How many entries follow it: none in the short forms, which tell them elsewhere. */
unsigned int frame_log_n(const union frame *frame)
{
	const struct tcpledger_record *rec = &frame->record.record;

	return rec->size > sizeof(*rec) ? rec->log_n : 0;
}

/**
 * short_entry - an entry as it is in ENTRY
 * @s: it in the short form
 * @e: set to it
 */
void short_entry(const struct tcpledger_short *s, struct tcpledger_entry *e)
{
	memset(e, 0, sizeof(*e));
	e->t_ns = (int64_t)s->when >> 8;
	e->type = s->when & 3;
	e->segment = -1;
	if (e->type == TCPLEDGER_ENTRY_STATE) {
		e->from = s->seq;
		e->to = s->seq >> 8;
		e->cause = s->seq >> 16;
		e->segment = s->ack;
	} else if (e->type == TCPLEDGER_ENTRY_NOTE) {
		e->tag = s->seq;
		e->segment = s->ack;
	} else {
		e->seq = s->seq;
		e->ack = s->ack;
		e->len = s->len;
		e->win = s->win;
		e->flags = s->flags;
		e->ttl = s->ttl;
		e->bits = s->when >> 2 & 0x3f;
	}
}

/* What a frame of its type has at least; a record its log as well. */
static size_t size_of(const union frame *frame, size_t left)
{
	const struct tcpledger_record *rec = &frame->record.record;

	switch (frame->frame.type) {
	case TCPLEDGER_FRAME_START:
		return sizeof(frame->start);
	case TCPLEDGER_FRAME_RECORD:
	case TCPLEDGER_FRAME_OPEN:
	case TCPLEDGER_FRAME_END:
		if (frame->frame.type == TCPLEDGER_FRAME_OPEN &&
		    rec->size == offsetof(struct tcpledger_record, local_mss))
			return offsetof(union frame, record.record) + rec->size;
		if (left < sizeof(frame->record))
			return sizeof(frame->record);
		return sizeof(frame->record) +
		       frame_log_n(frame) * sizeof(struct tcpledger_entry);
	case TCPLEDGER_FRAME_ENTRIES:
		return sizeof(frame->frame) + frame_events(frame) * sizeof(struct tcpledger_short);
	case TCPLEDGER_FRAME_ENTRY:
	case TCPLEDGER_FRAME_AMEND:
		return sizeof(frame->entry);
	case TCPLEDGER_FRAME_GONE:
		return sizeof(frame->gone);
	case TCPLEDGER_FRAME_LOST:
		return sizeof(frame->count);
	default:
		return sizeof(frame->frame);
	}
}

/**
 * frames_whole - whether what one read() gave is whole frames, of the sizes of their types
 * @data: what it gave
 * @len: how much
 */
bool frames_whole(const uint8_t *data, size_t len)
{
	for (size_t at = 0; at < len;) {
		const union frame *frame = (const void *)(data + at);

		if (len - at < sizeof(frame->frame) || frame->frame.size > len - at ||
		    frame->frame.size != size_of(frame, len - at)) {
			say("a torn frame, %s of %u bytes, where %zu are left", frame_word(frame),
			    frame->frame.size, len - at);
			return false;
		}
		at += frame->frame.size;
	}
	return true;
}

/**
 * stream_open - begin to read, never to block
 * @stream: filled in
 * @snapshot: with all records that there are; else from the present on
 */
void stream_open(struct stream *stream, bool snapshot)
{
	stream->fd = open(STREAM_PATH, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (stream->fd < 0)
		die("open " STREAM_PATH);
	if (!snapshot && lseek(stream->fd, 0, SEEK_END))
		die("lseek " STREAM_PATH);
	stream->piece = sizeof(stream->data);
	stream->len = 0;
	stream->at = 0;
	stream->over = false;
}

/**
 * stream_open_brief - the same, in the short forms
 * @stream: filled in
 * @snapshot: as stream_open()
 */
void stream_open_brief(struct stream *stream, bool snapshot)
{
	stream_open(stream, snapshot);
	if (ioctl(stream->fd, TCPLEDGER_IOC_BRIEF))
		die("ioctl " STREAM_PATH);
}

void stream_close(struct stream *stream)
{
	close(stream->fd);
}

/**
 * stream_next - the next frame
 * @stream: stream
 * Return: the frame, until the next call; NULL if there is none now, or none any more
 */
const union frame *stream_next(struct stream *stream)
{
	const union frame *frame;
	ssize_t n;

	if (stream->at == stream->len) {
		n = read(stream->fd, stream->data, stream->piece);
		if (n < 0 && errno != EAGAIN)
			die("read " STREAM_PATH);
		stream->over = !n;
		stream->at = 0;
		stream->len = n > 0 ? n : 0;
		if (!stream->len)
			return NULL;
		if (!frames_whole(stream->data, stream->len))
			die("a frame is not whole");
	}
	frame = (const void *)(stream->data + stream->at);
	stream->at += frame->frame.size;
	return frame;
}

/**
 * stream_wait - the next frame, also one that is still to come
 * @stream: stream
 * @ms: how long to wait
 * Return: as stream_next()
 */
const union frame *stream_wait(struct stream *stream, unsigned int ms)
{
	struct pollfd p = { .fd = stream->fd, .events = POLLIN };
	const union frame *frame = stream_next(stream);

	if (frame || stream->over)
		return frame;
	if (poll(&p, 1, ms) < 0)
		die("poll " STREAM_PATH);
	return stream_next(stream);
}

/**
 * stream_skip_to - the next frame of a type, which must come
 * @stream: stream
 * @type: enum tcpledger_frame_type
 * Return: the frame, until the next call
 */
const union frame *stream_skip_to(struct stream *stream, uint16_t type)
{
	const union frame *frame;

	do {
		frame = stream_wait(stream, DEADLINE_MS);
		if (!frame)
			die("no frame of type %u came", type);
	} while (frame->frame.type != type);
	return frame;
}
