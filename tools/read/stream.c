// SPDX-License-Identifier: GPL-2.0
#include "read/stream.h"

#include <string.h>

#include "base/fail.h"
#include "read/byte_order.h"

#define USE_LATER	"use the command of the release that wrote it, or of a later one"
#define COPY_AGAIN	"copy it again"

/**
 * stream_init - nothing is open yet
 * @stream: set up; stream_close() may be called at any time from now on
 */
void stream_init(struct stream *stream)
{
	memset(stream, 0, sizeof(*stream));
	stream->input.fd = -1;
}

static bool is_word(uint64_t word, uint64_t wanted, bool *foreign)
{
	*foreign = word == __builtin_bswap64(wanted);
	return *foreign || word == wanted;
}

static uint64_t word_at(const unsigned char *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* The live stream begins with START, whose type is no number in the other byte order. */
static bool is_start(struct stream *stream, const unsigned char *bytes)
{
	struct layout *layout = &stream->layout;
	uint64_t value;

	for (layout->foreign = false;; layout->foreign = true) {
		if (!frame_begin(&stream->frame, bytes, layout->foreign, &value) &&
		    stream->frame.type == TCPLEDGER_FRAME_START)
			return true;
		if (layout->foreign)
			return false;
	}
}

static bool is_sync(struct stream *stream, const unsigned char *bytes)
{
	struct layout *layout = &stream->layout;
	const size_t at = offsetof(struct tcpledger_frame_sync, word);
	uint64_t value;

	return is_word(word_at(bytes + at), TCPLEDGER_SYNC_WORD, &layout->foreign) &&
	       !frame_begin(&stream->frame, bytes, layout->foreign, &value) &&
	       stream->frame.type == TCPLEDGER_FRAME_SYNC;
}

/*
 * Go to the next SYNC, wherever its first byte may be. Returns READY if one is
 * there, and the bytes before it have been used.
 */
static enum input_state find_sync(struct stream *stream)
{
	const size_t need = offsetof(struct tcpledger_frame_sync, header);
	struct input *input = &stream->input;
	enum input_state state;

	while ((state = input_fill(input, need)) == INPUT_READY) {
		const unsigned char *bytes = input_bytes(input);
		size_t at, last = input_have(input) - need;

		for (at = 0; at <= last; at++)
			if (is_sync(stream, bytes + at))
				break;
		input_use(input, at);
		if (at <= last)
			break;
	}
	return state;
}

static int fail_version(const struct stream *stream, uint64_t version)
{
	return fail_read(stream->input.path, "use module and command of one release",
			 "version mismatch: it has format version %llu, this command reads version %u",
			 (unsigned long long)version, TCPLEDGER_VERSION);
}

static int read_header(struct stream *stream)
{
	struct tcpledger_header *header = &stream->header;
	struct input *input = &stream->input;
	size_t have = input_have(input);

	if (have < sizeof(*header))
		return fail_read(input->path, COPY_AGAIN,
				 "it is truncated: %zu bytes, the header alone has %zu",
				 have, sizeof(*header));
	memcpy(header, input_bytes(input), sizeof(*header));
	if (stream->layout.foreign)
		byte_order_turn_header(header);
	if (header->version != TCPLEDGER_VERSION)
		return fail_version(stream, header->version);
	if (header->header_size < sizeof(*header) || header->header_size > FRAME_MOST ||
	    !layout_set(&stream->layout, header->record_size, header->entry_size))
		return fail_read(input->path, COPY_AGAIN,
				 "it is damaged: sizes %u, %u, %u in the header are impossible",
				 header->header_size, header->record_size, header->entry_size);
	if (input_fill(input, header->header_size) != INPUT_READY)
		return fail_read(input->path, COPY_AGAIN,
				 "it is truncated within its header of %u bytes",
				 header->header_size);
	input_use(input, header->header_size);
	return FAIL_NONE;
}

/* A piece of a recorded file, cut out anywhere, is read from its first SYNC on. */
static int read_piece(struct stream *stream)
{
	struct input *input = &stream->input;

	bool other_order;

	if (!input_have(input))
		return fail_read(input->path, COPY_AGAIN,
				 "it is empty, not a tcpledger records file");
	if (input_have(input) >= sizeof(uint64_t) &&
	    is_word(word_at(input_bytes(input)), TCPLEDGER_MAGIC, &other_order))
		return fail_read(input->path, "give what 'tcpledger record' wrote",
				 "it is a records file, which has no events");
	if (find_sync(stream) != INPUT_READY)
		return fail_read(input->path, "give what 'tcpledger record' wrote, or a copy of "
				 "/proc/net/tcpledger/records or events",
				 "it is not a tcpledger records file, nor a recorded one");
	if (input->offset)
		fail_note(input->path, "the rest is read",
			  "its first %llu bytes are the end of a piece that begins elsewhere",
			  (unsigned long long)input->offset);
	return FAIL_NONE;
}

/**
 * stream_begin - see what an open input is, and go to its first frame
 * @stream: with its input open
 *
 * Return: 0, or an exit status with the error reported.
 */
int stream_begin(struct stream *stream)
{
	struct input *input = &stream->input;
	enum input_state state = input_fill(input, sizeof(struct tcpledger_header));

	if (state == INPUT_FAILED)
		return FAIL_WORK;
	if (input_have(input) >= sizeof(uint64_t) &&
	    is_word(word_at(input_bytes(input)), TCPLEDGER_FILE_MAGIC, &stream->layout.foreign))
		return read_header(stream);
	if (input_have(input) >= sizeof(struct tcpledger_frame) &&
	    is_start(stream, input_bytes(input)))
		return FAIL_NONE;
	return read_piece(stream);
}

/**
 * stream_open - begin to read frames from a file
 * @stream: set up; stream_close() is due also after a failure
 * @fd: descriptor, which belongs to the stream from now on
 * @path: its name, for messages
 *
 * Return: 0, or an exit status with the error reported.
 */
int stream_open(struct stream *stream, int fd, const char *path)
{
	stream_init(stream);
	input_open(&stream->input, fd, path);
	return stream_begin(stream);
}

/* What is left at the end is no whole frame. */
static enum stream_state end(struct stream *stream)
{
	const struct input *input = &stream->input;

	if (!input_have(input))
		return STREAM_ENDED;
	stream->damages++;
	fail_partly(input->path, "all before that was read",
		    "it is cut off: of the frame at byte %llu only %zu bytes are there",
		    (unsigned long long)input->offset, input_have(input));
	stream->input.from = stream->input.to;
	return STREAM_ENDED;
}

static enum stream_state state_of(struct stream *stream, enum input_state state)
{
	switch (state) {
	case INPUT_READY:
		return STREAM_FRAME;
	case INPUT_WAIT:
		return STREAM_WAIT;
	case INPUT_FAILED:
		return STREAM_FAILED;
	default:
		return end(stream);
	}
}

/*
 * A frame makes no sense. What is behind it can be read from the next SYNC on, if
 * it is not that this release is too old.
 */
static enum stream_state skip_damage(struct stream *stream, const char *wrong, uint64_t value)
{
	struct input *input = &stream->input;
	uint64_t at = input->offset;
	enum input_state state;

	if (wrong == frame_later_version) {
		fail_version(stream, value);
		return STREAM_FAILED;
	}
	if (wrong == frame_later_type) {
		fail_read(input->path, USE_LATER,
			  "the frame at byte %llu has type %llu and must be understood",
			  (unsigned long long)at, (unsigned long long)value);
		return STREAM_FAILED;
	}
	input_use(input, 1);
	state = find_sync(stream);
	if (!stream->damages++)		/* one line a file */
		fail_partly(input->path, state == INPUT_READY ?
			    "it is read on from the next snapshot" : "all before that was read",
			    "the frame at byte %llu is damaged: %s is %llu",
			    (unsigned long long)at, wrong, (unsigned long long)value);
	if (state == INPUT_READY)
		return STREAM_FRAME;
	input->from = input->to;
	return state == INPUT_FAILED ? STREAM_FAILED : STREAM_ENDED;
}

/* One more entry of the ENTRIES frame at the front of the input. */
static enum stream_state read_entry(struct stream *stream)
{
	const unsigned char *bytes = input_bytes(&stream->input) + stream->entry;
	const char *wrong;
	uint64_t value;

	wrong = frame_read_short(&stream->frame, &stream->layout, bytes, &value);
	if (wrong) {
		stream->entry = 0;
		return skip_damage(stream, wrong, value);
	}
	stream->handed_out = true;
	stream->entry += sizeof(struct tcpledger_short);
	if (stream->entry == stream->entries_end) {
		stream->used = stream->entry;
		stream->entry = 0;
	}
	return STREAM_FRAME;
}

static enum stream_state read_entries(struct stream *stream)
{
	const struct frame *frame = &stream->frame;

	if (!stream->layout.record_size)
		return skip_damage(stream, "type before any start", frame->type);
	if (!frame_entries(frame->size))
		return skip_damage(stream, "size", frame->size);
	stream->entry = sizeof(struct tcpledger_frame);
	stream->entries_end = frame->size;
	return read_entry(stream);
}

/* The frame at the front of the input, complete and checked. */
static enum stream_state read_frame(struct stream *stream)
{
	struct frame *frame = &stream->frame;
	struct input *input = &stream->input;
	enum input_state state = input_fill(input, sizeof(struct tcpledger_frame));
	const char *wrong;
	uint64_t value;

	if (state != INPUT_READY)
		return state_of(stream, state);
	wrong = frame_begin(frame, input_bytes(input), stream->layout.foreign, &value);
	if (wrong)
		return skip_damage(stream, wrong, value);
	state = input_fill(input, frame->size);
	if (state != INPUT_READY)
		return state_of(stream, state);
	frame->bytes = input_bytes(input);
	if (frame->type == TCPLEDGER_FRAME_ENTRIES)
		return read_entries(stream);
	if (!frame_is(frame, stream->undecoded)) {
		wrong = frame_read(frame, &stream->layout, &value);
		if (wrong)
			return skip_damage(stream, wrong, value);
	}
	stream->used = frame->size;
	stream->handed_out = true;
	return STREAM_FRAME;
}

/* The next entry of the frame, or the next frame. */
static enum stream_state read_next(struct stream *stream)
{
	if (!stream->entry)
		return read_frame(stream);
	stream->frame.seq++;
	return read_entry(stream);
}

/**
 * stream_next - the next frame
 * @stream: an open stream
 * @frame: set to it, good until the next call, if there is one
 *
 * Of an ENTRIES frame each entry is handed out, as ENTRY or AMEND.
 *
 * Return: whether there is one.
 */
enum stream_state stream_next(struct stream *stream, const struct frame **frame)
{
	enum stream_state state;

	input_use(&stream->input, stream->used);
	stream->used = 0;
	stream->handed_out = false;
	do {
		state = read_next(stream);
	} while (state == STREAM_FRAME && !stream->handed_out);
	*frame = &stream->frame;
	return state;
}

/**
 * stream_run - events one after the other that nobody has to look into, as one piece
 * @stream: an open stream
 * @types: FRAME_MASK() of types that may be among them
 * @enough: so many bytes are enough; the last event may reach beyond
 * @before: number of an event that is not to be among them
 * @expected: number of the next event; set to that behind them
 * @bytes: set to them, good until the next call
 *
 * Only what has been read already and has no gap in its numbers.
 *
 * Return: how many bytes, 0 if stream_next() has to look.
 */
size_t stream_run(struct stream *stream, unsigned int types, size_t enough, uint64_t before,
		  uint64_t *expected, const unsigned char **bytes)
{
	struct input *input = &stream->input;
	size_t have, at = 0;

	if (stream->entry)
		return 0;	/* within a frame */
	input_use(input, stream->used);
	*bytes = input_bytes(input);
	have = stream->layout.foreign ? 0 : input_have(input);
	while (at < enough && have - at >= sizeof(struct tcpledger_frame)) {
		struct tcpledger_frame frame;
		size_t events = 1;

		memcpy(&frame, *bytes + at, sizeof(frame));
		if (frame.type >= 32 || !(types >> frame.type & 1) || frame.seq != *expected ||
		    !(frame.flags & TCPLEDGER_FRAME_NUMBERED) || frame.size % 8 ||
		    frame.size < sizeof(frame) || frame.size > have - at)
			break;
		if (frame.type == TCPLEDGER_FRAME_ENTRIES)
			events = frame_entries(frame.size);
		if (!events || *expected + events > before)
			break;
		at += frame.size;
		*expected += events;
	}
	stream->used = at;
	return at;
}

/**
 * stream_close - close it and give all memory back
 * @stream: what stream_init() or stream_open() set up
 */
void stream_close(struct stream *stream)
{
	input_close(&stream->input);
	frame_free(&stream->frame);
	memset(&stream->layout, 0, sizeof(stream->layout));
	stream->used = 0;
	stream->entry = 0;
}
