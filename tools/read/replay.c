// SPDX-License-Identifier: GPL-2.0
#include "read/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/derive.h"

#define BUCKETS_FIRST	1024

static size_t bucket_of(const struct replay *replay, uint32_t netns, uint64_t id)
{
	/* Ids count up, so that their lowest bits spread best. */
	return (id ^ (uint64_t)netns << 7) & (replay->bucket_count - 1);
}

/* What was evicted never comes back; another module may give its number again. */
static bool is_record(const struct replay_record *r, uint32_t netns, uint64_t id)
{
	return r->record.fixed.id == id && r->netns == netns && !r->gone;
}

static struct replay_record **find_link(const struct replay *replay, uint32_t netns, uint64_t id)
{
	struct replay_record **link = &replay->buckets[bucket_of(replay, netns, id)];

	while (*link && !is_record(*link, netns, id))
		link = &(*link)->next;
	return link;
}

/**
 * replay_find - find a record
 * @replay: the records
 * @netns: namespace in whose stream it is
 * @id: its number
 *
 * Return: the record, good until the next frame; NULL if it is not known.
 */
struct replay_record *replay_find(const struct replay *replay, uint32_t netns, uint64_t id)
{
	return replay->count ? *find_link(replay, netns, id) : NULL;
}

static void grow(struct replay *replay)
{
	size_t i, old_count = replay->bucket_count;
	struct replay_record **old = replay->buckets;

	if (replay->count < old_count)
		return;
	replay->bucket_count = old_count ? 2 * old_count : BUCKETS_FIRST;
	replay->buckets = memory_new(replay->bucket_count, sizeof(*replay->buckets));
	for (i = 0; i < old_count; i++) {
		struct replay_record *r = old[i], *next;

		for (; r; r = next) {
			struct replay_record **link = &replay->buckets[
				bucket_of(replay, r->netns, r->record.fixed.id)];

			next = r->next;
			r->next = *link;
			*link = r;
		}
	}
	free(old);
}

/*
 * The record that an image is of. A snapshot has each record once, but may have two
 * of one name: a dead namespace's inode number is given to another.
 */
static struct replay_record *find_or_add(struct replay *replay, const struct frame *frame)
{
	struct replay_record **link, *r;

	grow(replay);
	link = find_link(replay, frame->netns, frame->id);
	if (frame->type == TCPLEDGER_FRAME_RECORD)
		while (*link && (!is_record(*link, frame->netns, frame->id) ||
				 (*link)->snapshot == replay->snapshots))
			link = &(*link)->next;
	if (*link)
		return *link;
	r = memory_new(1, sizeof(*r));
	r->netns = frame->netns;
	*link = r;
	replay->count++;
	return r;
}

static void free_record(struct replay_record *r)
{
	free(r->record.log);
	free(r->label);
	free(r);
}

static void drop(struct replay *replay, struct replay_record **link)
{
	struct replay_record *r = *link;

	if (replay->keep_gone) {
		r->gone = true;
		return;
	}
	*link = r->next;
	free_record(r);
	replay->count--;
}

/* Drop those that the last snapshot did not have, or all. */
static void drop_old(struct replay *replay, bool all)
{
	size_t i;

	for (i = 0; i < replay->bucket_count; i++) {
		struct replay_record **link = &replay->buckets[i];

		while (*link) {
			struct replay_record *r = *link;

			if (all || r->snapshot != replay->snapshots)
				drop(replay, link);
			if (*link == r)
				link = &r->next;
		}
	}
}

static struct tcpledger_entry *log_room(struct replay_record *r, size_t entries)
{
	if (entries > r->log_room) {
		r->log_room = entries + 8;
		r->record.log = reallocarray(r->record.log, r->log_room, sizeof(*r->record.log));
		if (!r->record.log)
			memory_exhausted();
	}
	return r->record.log;
}

static void see_moment(struct replay *replay, int64_t ns)
{
	if (ns > replay->moment_ns)
		replay->moment_ns = ns;
}

/* Of a record that is known the beginning alone is news. */
static void put_beginning(struct replay_record *r, const struct frame *frame)
{
	const struct record *image = &frame->record;
	uint64_t peer_id = r->record.fixed.peer_id;

	memcpy(&r->record.fixed, &image->fixed, frame->record_size);
	r->record.fixed.peer_id = peer_id;
	memcpy(r->record.comm, image->comm, sizeof(image->comm));
	memcpy(r->record.closer_comm, image->closer_comm, sizeof(image->closer_comm));
}

/* What of the log was told before its end and is not here, nobody else counts. */
static void count_missing(struct replay_record *r, const struct frame *frame)
{
	struct tcpledger_record *fixed = &r->record.fixed;

	if (frame->type != TCPLEDGER_FRAME_END || !frame->without_log ||
	    frame->log_n <= fixed->log_n)
		return;
	r->missing = frame->log_n - fixed->log_n;
	fixed->log_dropped = frame->record.fixed.log_dropped + r->missing;
}

/* A record takes the place of what was known of it; the log goes on, if it is not there. */
static void put_record(struct replay *replay, struct replay_record *r, const struct frame *frame)
{
	const struct record *image = &frame->record;
	struct tcpledger_entry *log = r->record.log;
	uint32_t log_n = frame->without_log ? r->record.fixed.log_n : image->fixed.log_n;

	if (r->record.fixed.id && frame->record_size < sizeof(image->fixed))
		put_beginning(r, frame);
	else
		r->record = *image;
	r->record.log = log;
	r->record.fixed.log_n = log_n;
	if (!frame->without_log && replay->keep_logs && log_n)
		memcpy(log_room(r, log_n), image->log, log_n * sizeof(*log));
	if (frame->type != TCPLEDGER_FRAME_OPEN || !frame->without_log)
		r->imaged = frame->without_log ? frame->log_n : log_n;
	r->missing = 0;
	if (replay->keep_logs)
		count_missing(r, frame);
}

static struct replay_record *put_image(struct replay *replay, const struct frame *frame)
{
	const struct record *image = &frame->record;
	struct replay_record *r = find_or_add(replay, frame);

	put_record(replay, r, frame);
	r->image_ns = frame->monotonic_ns;
	r->snapshot = replay->snapshots;
	r->derived = false;
	r->gone = false;
	see_moment(replay, frame->monotonic_ns);
	if (frame->type == TCPLEDGER_FRAME_RECORD) {
		r->place = replay->placed++;
		if (replay->new_epoch)
			r->told = image->fixed.log_n;
	}
	return r;
}

/* An entry, of which what it refers to is in a log of so many. */
static struct tcpledger_entry entry_in(const struct tcpledger_entry *entry, unsigned int log_n)
{
	struct tcpledger_entry e = *entry;

	if ((e.type == TCPLEDGER_ENTRY_STATE || e.type == TCPLEDGER_ENTRY_NOTE) &&
	    e.segment >= (int)log_n)
		e.segment = -1;
	return e;
}

/*
 * An entry behind the last that is known is added. If others before it were lost,
 * there is no place for it, and it is counted with them.
 */
static void add_entry(struct replay *replay, struct replay_record *r, const struct frame *frame)
{
	struct tcpledger_record *fixed = &r->record.fixed;
	int64_t moment;

	if (__builtin_add_overflow(fixed->base_ns, frame->entry.t_ns, &moment))
		moment = 0;
	see_moment(replay, moment);
	/* All entries of a record are told again at its first event in an epoch. */
	replay->old = frame->n < r->told && moment < replay->start.monotonic_ns;
	if (frame->n >= r->told)
		r->told = frame->n + 1;
	if (frame->n < fixed->log_n)
		return;
	if (frame->n >= r->imaged) {
		r->derived = true;
		derive_record(&r->record, &frame->entry);
	}
	if (!replay->keep_logs) {
		fixed->log_n = frame->n + 1;
	} else if (frame->n == fixed->log_n) {
		log_room(r, fixed->log_n + 1)[fixed->log_n] = entry_in(&frame->entry,
								       fixed->log_n + 1);
		fixed->log_n++;
		fixed->log_dropped -= r->missing ? 1 : 0;
		r->missing -= r->missing ? 1 : 0;
	} else if (frame->n >= r->imaged || !r->missing) {
		fixed->log_dropped++;
	}
}

static void amend_entry(struct replay *replay, struct replay_record *r, const struct frame *frame)
{
	unsigned int log_n = r->record.fixed.log_n;

	if (replay->keep_logs && frame->n < log_n)
		r->record.log[frame->n] = entry_in(&frame->entry, log_n);
}

static bool same_ids(const struct tcpledger_frame_start *a, const struct tcpledger_frame_start *b)
{
	return a->netns == b->netns && !memcmp(a->load_id, b->load_id, sizeof(a->load_id));
}

static void begin_anew(struct replay *replay, const struct frame *frame)
{
	const struct tcpledger_frame_start *old = &replay->start, *new = &frame->start;

	bool same = same_ids(old, new);

	if (replay->snapshots && !same)
		drop_old(replay, true);
	replay->new_epoch = !same || old->epoch != new->epoch;
	replay->start = *new;
	replay->moment_ns = new->monotonic_ns;
	replay->snapshots++;
	replay->in_snapshot = true;
	replay->placed = 0;
	replay->stopped = false;
}

static void end_snapshot(struct replay *replay)
{
	if (replay->in_snapshot)
		drop_old(replay, false);
	replay->in_snapshot = false;
	replay->events = 0;
	replay->lost = 0;
}

static void forget(struct replay *replay, const struct frame *frame)
{
	struct replay_record **link;

	if (!replay->count)
		return;
	link = find_link(replay, frame->netns, frame->id);
	if (*link)
		drop(replay, link);
}

/**
 * replay_feed - go on by one frame
 * @replay: the records
 * @frame: the next frame
 *
 * Return: the record that it is about, good until the next frame; NULL if it is about
 * none, or one that is not known, or one that is gone now.
 */
struct replay_record *replay_feed(struct replay *replay, const struct frame *frame)
{
	struct replay_record *r = NULL;

	replay->old = false;
	replay->events += frame->flags & TCPLEDGER_FRAME_NUMBERED ? 1 : 0;
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		begin_anew(replay, frame);
		break;
	case TCPLEDGER_FRAME_RECORD:
	case TCPLEDGER_FRAME_OPEN:
	case TCPLEDGER_FRAME_END:
		return put_image(replay, frame);
	case TCPLEDGER_FRAME_SNAPSHOT_END:
		end_snapshot(replay);
		break;
	case TCPLEDGER_FRAME_ENTRY:
	case TCPLEDGER_FRAME_AMEND:
		r = replay_find(replay, frame->netns, frame->id);
		if (!r)
			replay->strange++;
		else if (frame->type == TCPLEDGER_FRAME_ENTRY)
			add_entry(replay, r, frame);
		else
			amend_entry(replay, r, frame);
		break;
	case TCPLEDGER_FRAME_GONE:
		forget(replay, frame);
		break;
	case TCPLEDGER_FRAME_LOST:
		replay->lost += frame->count;
		break;
	case TCPLEDGER_FRAME_FILTERED:
		replay->filtered += frame->count;
		break;
	case TCPLEDGER_FRAME_STOP:
		replay->stopped = true;
		break;
	}
	return r;
}

/**
 * replay_each - one record after the other, in no order
 * @replay: the records
 * @before: the one before, NULL for the first
 *
 * Return: the next, NULL at the end.
 */
struct replay_record *replay_each(const struct replay *replay,
				  const struct replay_record *before)
{
	size_t i = before ? bucket_of(replay, before->netns, before->record.fixed.id) + 1 : 0;

	if (before && before->next)
		return before->next;
	for (; i < replay->bucket_count; i++)
		if (replay->buckets[i])
			return replay->buckets[i];
	return NULL;
}

/**
 * replay_header - the header that the records file had at this moment
 * @replay: the records
 * @header: set to it
 */
void replay_header(const struct replay *replay, struct tcpledger_header *header)
{
	const struct tcpledger_frame_start *start = &replay->start;
	int64_t passed;

	*header = (struct tcpledger_header){
		.magic = TCPLEDGER_MAGIC, .version = TCPLEDGER_VERSION,
		.header_size = sizeof(*header), .record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry),
		.netns = start->netns, .hz = start->hz,
		.monotonic_ns = start->monotonic_ns, .realtime_ns = start->realtime_ns,
	};
	if (!replay->events ||
	    __builtin_sub_overflow(replay->moment_ns, start->monotonic_ns, &passed) ||
	    __builtin_add_overflow(start->realtime_ns, passed, &header->realtime_ns))
		return;
	header->monotonic_ns = replay->moment_ns;
}

/**
 * replay_free - forget all
 * @replay: the records, all zero but for what is to be kept afterwards
 */
void replay_free(struct replay *replay)
{
	bool keep_logs = replay->keep_logs, keep_gone = replay->keep_gone;
	size_t i;

	for (i = 0; i < replay->bucket_count; i++) {
		struct replay_record *r = replay->buckets[i], *next;

		for (; r; r = next) {
			next = r->next;
			free_record(r);
		}
	}
	free(replay->buckets);
	memset(replay, 0, sizeof(*replay));
	replay->keep_logs = keep_logs;
	replay->keep_gone = keep_gone;
}
