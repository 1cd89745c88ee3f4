// SPDX-License-Identifier: GPL-2.0
#include "read/recording.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "read/derive.h"
#include "read/events.h"

static bool is_live(const struct replay_record *r)
{
	return r->record.fixed.flags & TCPLEDGER_REC_LIVE;
}

/* When a live record began or an ended one ended. */
static int64_t moment_of(const struct replay_record *r)
{
	const struct tcpledger_record *fixed = &r->record.fixed;
	int64_t moment;

	if (is_live(r) || __builtin_add_overflow(fixed->base_ns, fixed->ended_ns, &moment))
		return fixed->base_ns;
	return moment;
}

/* As the module does it: live ones first, newest first. */
static int compare_by_time(const void *pa, const void *pb)
{
	const struct replay_record *a = *(struct replay_record *const *)pa;
	const struct replay_record *b = *(struct replay_record *const *)pb;

	if (is_live(a) != is_live(b))
		return is_live(a) ? -1 : 1;
	if (moment_of(a) != moment_of(b))
		return moment_of(a) > moment_of(b) ? -1 : 1;
	if (a->record.fixed.id != b->record.fixed.id)
		return a->record.fixed.id > b->record.fixed.id ? -1 : 1;
	return a->record.fixed.netns > b->record.fixed.netns ? -1 : 1;
}

/* A file that ends with a snapshot has them in their order. */
static int compare_by_place(const void *pa, const void *pb)
{
	const struct replay_record *a = *(struct replay_record *const *)pa;
	const struct replay_record *b = *(struct replay_record *const *)pb;

	return a->place < b->place ? -1 : a->place > b->place;
}

static bool ends_with_snapshot(const struct replay *replay)
{
	return !replay->in_snapshot && !replay->events && !replay->keep_gone;
}

static void put_in_order(struct recording *recording)
{
	struct replay *replay = &recording->replay;
	bool whole = ends_with_snapshot(replay);
	struct replay_record *r = NULL;
	size_t n = 0;

	recording->order = memory_new(replay->count, sizeof(struct replay_record *));
	while ((r = replay_each(replay, r))) {
		if (!whole && !r->gone)
			derive_age(&r->record, r->image_ns, replay->moment_ns);
		recording->order[n++] = r;
	}
	qsort(recording->order, n, sizeof(struct replay_record *),
	      whole ? compare_by_place : compare_by_time);
}

static unsigned long long count_derived(const struct replay *replay)
{
	const struct replay_record *r = NULL;
	unsigned long long n = 0;

	while ((r = replay_each(replay, r)))
		n += r->derived;
	return n;
}

static unsigned long long count_cut_logs(const struct replay *replay)
{
	const struct replay_record *r = NULL;
	unsigned long long n = 0;

	while ((r = replay_each(replay, r)))
		n += r->record.fixed.log_n < r->imaged;
	return n;
}

/* What the answers may lack. */
static void tell_missing(const struct recording *recording, const struct events *events)
{
	const struct replay *replay = &recording->replay;
	unsigned long long derived = count_derived(replay), cut = count_cut_logs(replay);
	const char *path = events->stream.input.path;

	if (replay->in_snapshot)
		fail_note(path, "records that it did not come to are not shown",
			  "it ends within a snapshot");
	if (replay->lost)
		fail_note(path, "'tcpledger follow' shows where",
			  "%llu events after its last snapshot were lost",
			  (unsigned long long)replay->lost);
	if (cut)
		fail_note(path, "what would be in their logs is missing",
			  "entries of %llu records are not in it", cut);
	if (derived)
		fail_note(path, "their verdict, owner and counters are those of that copy",
			  "%llu records went on after the last copy of them was recorded",
			  derived);
}

/**
 * recording_read - read all frames
 * @recording: set up; recording_free() is due
 * @events: what events_open() set up
 *
 * Return: 0, or an exit status with the error reported; the records that could be
 * read are there in both cases.
 */
int recording_read(struct recording *recording, struct events *events)
{
	const struct frame *frame;
	enum stream_state state;

	recording->replay.keep_logs = true;
	while ((state = events_next(events, &frame)) == STREAM_FRAME)
		replay_feed(&recording->replay, frame);
	put_in_order(recording);
	tell_missing(recording, events);
	return state == STREAM_FAILED ? FAIL_WORK : FAIL_NONE;
}

/**
 * recording_next - hand out one record after the other
 * @recording: what recording_read() read
 *
 * Return: the next, NULL at the end.
 */
const struct record *recording_next(struct recording *recording)
{
	if (recording->next == recording->replay.count)
		return NULL;
	return &recording->order[recording->next++]->record;
}

/**
 * recording_free - forget all
 * @recording: what was read
 */
void recording_free(struct recording *recording)
{
	replay_free(&recording->replay);
	free(recording->order);
	memset(recording, 0, sizeof(*recording));
}
