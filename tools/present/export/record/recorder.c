// SPDX-License-Identifier: GPL-2.0
#include "present/export/record/recorder.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fail.h"
#include "base/interrupt.h"
#include "base/memory.h"
#include "present/export/record/boot_id.h"
#include "present/export/record/disk.h"
#include "present/export/record/numbers.h"

#define SNAPSHOT_EVERY	(16ULL << 20)	/* bytes, or four times what a snapshot has */
#define SNAPSHOT_RATIO	4
#define FRAME_UNDECODED	(FRAME_OF_EVENT | FRAME_MASK(ENTRIES))
#define PIECE		(256 * 1024)	/* bytes gathered before they are written */
#define ENOUGH		(16 * 1024)	/* bytes that are written without being gathered */

static int begin_file(struct recorder *r)
{
	char name[PATH_MAX];

	if (!r->numbered)
		snprintf(name, sizeof(name), "%s", r->wish->path);
	else if (numbers_next(r->wish->path, &r->number, name, sizeof(name)))
		return FAIL_WORK;
	if (recorded_file_create(&r->file, name))
		return FAIL_WORK;
	r->writing = true;
	r->in_file = 0;
	r->file_count++;
	if (disk_check(r->file.part, r->wish->free_space))
		return FAIL_WORK;
	r->rotate_at = clock_next(r->wish->rotate_ns);
	if (r->numbered && r->wish->files)
		numbers_drop(r->wish->path, r->number, r->wish->files);
	return FAIL_NONE;
}

/* What the filter left out stands before whatever follows it. */
static void put_left_out(struct recorder *r)
{
	if (!r->left_out)
		return;
	recorded_file_count(&r->file, TCPLEDGER_FRAME_FILTERED, r->left_out_first + r->left_out,
			    r->left_out_first, r->left_out);
	r->left_out = 0;
}

static int finish_file(struct recorder *r)
{
	int status;

	if (!r->writing)
		return FAIL_NONE;
	put_left_out(r);
	r->writing = false;
	status = recorded_file_finish(&r->file);
	r->bytes += r->file.bytes;
	r->count -= r->file.cut;
	r->file_count -= !r->file.bytes;	/* it was dropped */
	return status;
}

static void put(struct recorder *r, const void *bytes, size_t size)
{
	put_left_out(r);
	recorded_file_put(&r->file, bytes, size);
}

/* One of many in a frame, of which others are in the file already, gets its own. */
static void put_frame(struct recorder *r, const struct frame *frame)
{
	const struct tcpledger_frame head = {
		.type = TCPLEDGER_FRAME_ENTRIES, .flags = (uint16_t)frame->flags,
		.size = (uint32_t)(sizeof(head) + frame->size), .seq = frame->seq,
	};

	if (frame->in_short)
		put(r, &head, sizeof(head));
	put(r, frame->bytes, frame->size);
}

/* A snapshot begins, at the beginning of a file or of a piece of one. */
static void put_start(struct recorder *r, const struct frame *frame)
{
	struct tcpledger_frame_start start;

	memcpy(&start, frame->bytes, sizeof(start));
	boot_id_get(start.boot_id);
	r->start = start;
	put_left_out(r);
	if (!r->file.bytes)
		recorded_file_header(&r->file, &start);
	r->snapshot_from = r->file.bytes;
	recorded_file_sync(&r->file, &start);
	put(r, &start, sizeof(start));
	if (frame->size > sizeof(start))
		put(r, frame->bytes + sizeof(start), frame->size - sizeof(start));
}

/* Of what is over when a trigger comes only what is not long over is of interest. */
static bool is_recent(const struct recorder *r, const struct tcpledger_record *fixed)
{
	int64_t ended, ago;

	if (!r->wish->triggers || fixed->flags & TCPLEDGER_REC_LIVE)
		return true;
	return !__builtin_add_overflow(fixed->base_ns, fixed->ended_ns, &ended) &&
	       !__builtin_sub_overflow(r->start.monotonic_ns, ended, &ago) &&
	       ago <= r->wish->before_ns;
}

/* A connection that was wanted once is recorded to its end. */
static bool is_wanted(struct recorder *r, const struct frame *frame)
{
	struct tcpledger_header header = { .realtime_ns = r->start.realtime_ns };
	struct replay_record *record;

	if (!r->judged)
		return true;
	record = frame->type == TCPLEDGER_FRAME_GONE ?
		 replay_find(&r->replay, frame->netns, frame->id) :
		 replay_feed(&r->replay, frame);
	if (!frame_is(frame, FRAME_OF_EVENT))
		return true;
	if (record && (!record->wanted || r->wish->triggers))
		record->wanted = filter_match(&r->wish->filter, &record->record, &header) &&
				 (frame->type != TCPLEDGER_FRAME_RECORD ||
				  is_recent(r, &record->record.fixed));
	if (frame->type != TCPLEDGER_FRAME_GONE)
		return record && record->wanted;
	if (!record || !record->wanted) {
		replay_feed(&r->replay, frame);
		return false;
	}
	replay_feed(&r->replay, frame);
	return true;
}

static bool is_trigger(const struct recorder *r, const struct frame *frame)
{
	return frame->type == TCPLEDGER_FRAME_ENTRY && r->wish->triggers &&
	       frame->entry.type == TCPLEDGER_ENTRY_NOTE &&
	       r->wish->triggers >> frame->entry.tag & 1;
}

static void leave_out(struct recorder *r, const struct frame *frame)
{
	if (!(frame->flags & TCPLEDGER_FRAME_NUMBERED))
		return;
	r->filtered++;
	if (!r->left_out++)
		r->left_out_first = frame->seq;
}

/* Whether a START is of the epoch that is recorded. */
static bool is_same_stream(const struct recorder *r, const struct frame *frame)
{
	return frame->start.epoch == r->start.epoch && frame->start.netns == r->start.netns &&
	       !memcmp(frame->start.load_id, r->start.load_id, sizeof(r->start.load_id));
}

static void take(struct recorder *r, const struct frame *frame)
{
	bool numbered = frame->flags & TCPLEDGER_FRAME_NUMBERED;
	bool wanted;

	if (frame->type == TCPLEDGER_FRAME_START && !is_same_stream(r, frame)) {
		r->start = frame->start;
		r->next = frame->seq;	/* numbers begin anew */
	}
	if (!frame->bytes || (numbered && frame->seq < r->next))
		return;		/* made up, or recorded before */
	if (numbered)
		r->next = frame->seq + 1;
	if (frame->type == TCPLEDGER_FRAME_LOST)
		r->next = frame->first + frame->count;
	wanted = is_wanted(r, frame);
	/* Entries of an older connection are told again when it moves again. */
	r->triggered |= wanted && !r->replay.old && is_trigger(r, frame);
	if (!r->writing)
		return;
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		put_start(r, frame);
		r->in_snapshot = true;
		return;
	case TCPLEDGER_FRAME_SNAPSHOT_END:
		r->in_snapshot = false;
		put(r, frame->bytes, frame->size);
		r->snapshot_to = r->file.bytes;
		return;
	case TCPLEDGER_FRAME_LOST:
		r->lost += frame->count;
		break;
	}
	if (!wanted) {
		leave_out(r, frame);
		return;
	}
	put_frame(r, frame);
	r->count += numbered;
	r->in_file += numbered;
}

static int flush(struct recorder *r)
{
	r->flushed = clock_monotonic();
	r->unseen = 0;
	if (!r->writing)
		return FAIL_NONE;
	if (recorded_file_flush(&r->file))
		return FAIL_WORK;
	return disk_check(r->file.part, r->wish->free_space);
}

/* Without a filter most events go through as they are, many at once. */
static bool take_run(struct recorder *r)
{
	const unsigned char *bytes;
	uint64_t count, full = r->wish->rotate_size;
	size_t size, enough = PIECE;

	if (r->events->expected != r->next)
		return false;	/* some were recorded before */
	if (full && full < r->file.bytes + enough)
		enough = full > r->file.bytes ? (size_t)(full - r->file.bytes) : 1;
	size = events_run(r->events, enough, r->begins, &bytes, &count);
	if (!size)
		return false;
	if (size < ENOUGH)
		put(r, bytes, size);
	else
		r->failed = recorded_file_write(&r->file, bytes, size);
	r->unseen += size;
	r->next += count;
	r->count += count;
	r->in_file += count;
	return true;
}

static enum stream_state next(struct recorder *r)
{
	const struct frame *frame;
	enum stream_state state;

	if (r->failed)
		return STREAM_FAILED;
	if (take_run(r))
		return r->failed ? STREAM_FAILED : STREAM_FRAME;
	state = events_next(r->events, &frame);

	if (state == STREAM_FRAME)
		take(r, frame);
	return state;
}

/*
 * Take up a fresh snapshot, in another file if @other. The old descriptor is read up to
 * where the new one begins. Without one recording goes on in the file that is there.
 */
static int refresh(struct recorder *r, bool other)
{
	const struct frame *frame;
	struct events *fresh;
	int status = FAIL_NONE;
	bool behind;

	if (r->failed)
		return FAIL_WORK;
	fresh = snapshot_begin(&r->snapshot, r->events);
	if (!fresh)
		return FAIL_NONE;
	frame = r->snapshot.start;
	r->begins = frame->seq;
	behind = r->next < frame->seq;
	while (r->next < frame->seq && next(r) == STREAM_FRAME)
		;
	/* What was lost may reach beyond, and there the fresh one has it. */
	if (behind && r->next > frame->seq)
		r->next = frame->seq;
	r->begins = UINT64_MAX;
	if (r->failed) {
		snapshot_end(fresh);
		return FAIL_WORK;
	}
	if (other) {
		status = finish_file(r);
		status = status ? status : begin_file(r);
	}
	snapshot_end(r->events);
	r->events = fresh;
	if (!status)
		take(r, frame);
	return status;
}

/* The snapshots are a quarter of a file at most, however many records there are. */
static bool wants_snapshot(const struct recorder *r)
{
	uint64_t size = r->snapshot_to - r->snapshot_from;
	uint64_t every = size * SNAPSHOT_RATIO > SNAPSHOT_EVERY ? size * SNAPSHOT_RATIO :
								  SNAPSHOT_EVERY;

	return r->file.bytes - r->snapshot_to >= every;
}

/* Where the snapshot alone is larger than a file should be, half of it are events. */
static bool is_full(const struct recorder *r)
{
	return r->wish->rotate_size && r->file.bytes >= r->wish->rotate_size && r->in_file &&
	       r->file.bytes - r->snapshot_to >= r->snapshot_to - r->snapshot_from;
}

/* A trigger is remembered until there is a snapshot for its file to begin with. */
static int begin_by_trigger(struct recorder *r)
{
	int status;

	r->until = clock_monotonic() + r->wish->after_ns;
	status = refresh(r, true);
	r->triggered = !status && !r->writing;
	return status;
}

/* Nothing begins while a snapshot is written: a file has a whole one at its beginning. */
static int go_on(struct recorder *r)
{
	if (r->triggered && !r->in_snapshot) {
		if (!r->writing)
			return begin_by_trigger(r);
		r->until = clock_monotonic() + r->wish->after_ns;
		r->triggered = false;
	}
	if (!r->writing || r->in_snapshot || !snapshot_possible(r->events))
		return FAIL_NONE;
	if (is_full(r))
		return refresh(r, true);
	return wants_snapshot(r) ? refresh(r, false) : FAIL_NONE;
}

static int take_last_snapshot(struct recorder *r)
{
	int status;

	if (!r->writing || !snapshot_possible(r->events))
		return FAIL_NONE;
	while (r->in_snapshot && next(r) == STREAM_FRAME)
		;
	status = refresh(r, false);
	while (!status && r->in_snapshot && next(r) == STREAM_FRAME)
		if (r->file.text.len >= PIECE)
			status = recorded_file_flush(&r->file);
	return status;
}

static void tell_progress(const struct recorder *r)
{
	if (r->terminal)
		fprintf(stderr, "\r%llu events, %llu bytes, %llu lost, %lu files ",
			(unsigned long long)r->count,
			(unsigned long long)(r->bytes + (r->writing ? r->file.bytes : 0)),
			(unsigned long long)r->lost, r->file_count);
}

/* Once a second, also when it is quiet. */
static int tick(struct recorder *r)
{
	int status = flush(r);

	tell_progress(r);
	if (!status && !r->writing && r->triggered)
		return begin_by_trigger(r);
	if (status || !r->writing || r->in_snapshot)
		return status;
	if (r->wish->triggers && r->flushed >= r->until) {
		status = take_last_snapshot(r);
		return finish_file(r) | status;
	}
	if (r->in_file && clock_due(r->rotate_at, r->wish->rotate_ns) &&
	    snapshot_possible(r->events))
		return refresh(r, true);
	return FAIL_NONE;
}

static int wait_for_more(struct recorder *r)
{
	int64_t passed = clock_monotonic() - r->flushed;

	if (passed >= CLOCK_SECOND)
		return tick(r);
	interrupt_wait(r->events->stream.input.fd, false, CLOCK_SECOND - passed);
	return FAIL_NONE;
}

static int fail_unloaded(const struct recorder *r)
{
	if (!r->events->live)
		return FAIL_NONE;
	return fail_read(r->events->stream.input.path, "what was recorded is complete up to then",
			 "the module was unloaded");
}

static int record_all(struct recorder *r)
{
	int status = FAIL_NONE;

	while (!status && !interrupt_came()) {
		switch (next(r)) {
		case STREAM_FRAME:
			status = go_on(r);
			if (!status && (r->unseen >= PIECE || r->file.text.len >= PIECE))
				status = tick(r);
			break;
		case STREAM_WAIT:
			status = wait_for_more(r);
			break;
		case STREAM_ENDED:
			r->over = true;
			return fail_unloaded(r);
		default:
			r->over = true;
			return FAIL_WORK;
		}
	}
	return status;
}

static void summarize(const struct recorder *r)
{
	if (!r->file_count) {
		if (r->wish->triggers)
			fail_summary("no trigger came, nothing was recorded");
		return;
	}
	fail_summary("%llu events, %llu lost, %llu filtered; %llu bytes in %s%s",
		     (unsigned long long)r->count, (unsigned long long)r->lost,
		     (unsigned long long)r->filtered, (unsigned long long)r->bytes,
		     recorded_file_path(&r->file), r->file_count > 1 ? " and those before it" : "");
}

static int begin(struct recorder *r)
{
	r->events = memory_new(1, sizeof(*r->events));
	if (events_open(r->events, r->wish->source, r->snapshot.brief))
		return FAIL_WORK;
	r->events->undecoded = r->snapshot.undecoded;
	return r->wish->triggers ? FAIL_NONE : begin_file(r);
}

static int finish(struct recorder *r, int status)
{
	if (!status && !r->over) {
		status = take_last_snapshot(r);
		if (r->writing && r->snapshot.failed)
			status = FAIL_WORK;
	}
	/* What is wrong has been said. */
	fail_quietly(status);
	status |= finish_file(r);
	fail_quietly(false);
	return status;
}

/**
 * recorder_run - record until a signal comes or it cannot go on
 * @r: set up
 * @wish: what is to be recorded
 *
 * Return: exit status.
 */
int recorder_run(struct recorder *r, const struct recorder_wish *wish)
{
	int status;

	memset(r, 0, sizeof(*r));
	r->wish = wish;
	r->file.fd = -1;
	r->begins = UINT64_MAX;
	r->numbered = wish->rotate_size || wish->rotate_ns || wish->files || wish->triggers;
	r->judged = wish->triggers || filter_any(&wish->filter);
	r->snapshot.source = wish->source;
	r->snapshot.brief = !r->judged;
	r->snapshot.undecoded = r->judged ? 0 : FRAME_UNDECODED;
	r->terminal = isatty(STDERR_FILENO);
	interrupt_catch();
	status = begin(r);
	if (!status)
		status = record_all(r);
	status = finish(r, status);
	if (r->terminal && r->file_count)
		fputs("\r\033[K", stderr);
	summarize(r);
	snapshot_end(r->events);
	replay_free(&r->replay);
	recorded_file_free(&r->file);
	return status;
}
