// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the live stream is told of a record. Each event of a record ends in
 * tcpledger_conn_settle(), under the lock of the bucket, which calls this while somebody
 * listens: whatever is new since the last call becomes events. Data that comes after
 * close() alone is logged without (watch/segment_late.c), and told with the change to
 * CLOSE that follows under the same socket's lock.
 *
 * Completeness of a reader's snapshot and the events after it: the reader noted the
 * number of the next event before it copied a record under the bucket's lock. An entry
 * that was made before is in the copy; one that was made after is told by the same holder
 * of that lock, so with that number or a higher one. Buckets that seem empty are passed
 * over without their lock. A record that a CPU inserts there just then, and that finds no
 * ring yet, would be missed; but between the first reader's open() and its snapshot lies
 * a read() of its own, far longer than a store takes to be seen.
 */
#include <linux/bitops.h>
#include <linux/rcupdate.h>

#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/ring.h"
#include "ledger/stream.h"
#include "ledger/table.h"

/**
 * struct news - what is new of a record
 * @fresh: it was not told of in this epoch
 * @ended: its end is to be told, for the first time or anew
 * @told: so many entries of its log were told in this epoch
 * @amended: bit mask of those of them that are to be told as they are now
 */
struct news {
	bool	fresh;
	bool	ended;
	u32	told;
	u64	amended;
};

static_assert(TCPLEDGER_LOG_MAX <= 64);	/* bits of @amended */

static bool was_told(const struct tcpledger_log *log, u32 i)
{
	return tcpledger_log_bits(tcpledger_log_look(log, i)) & LOG_TOLD;
}

static bool was_amended(const struct tcpledger_log *log, u32 i)
{
	return tcpledger_log_bits(tcpledger_log_look(log, i)) & LOG_CHANGED;
}

/* Bucket locked. Return: how many entries of the log were told; those behind were not. */
static u32 count_told(const struct tcpledger_log *log)
{
	u32 n = log->n;

	while (n && !was_told(log, n - 1))
		n--;
	return n;
}

static u64 find_amended(const struct tcpledger_log *log, u32 told)
{
	u64 amended = 0;
	u32 i;

	for (i = 0; i < told; i++)
		amended |= (u64)was_amended(log, i) << i;
	return amended;
}

/* Bucket locked. Return: how many events, of which @told entries are none. */
static u32 look(const struct tcpledger_conn *c, u8 tag, u32 told, struct news *news)
{
	const struct tcpledger_log *log = &c->facts.log;
	u32 n;

	news->fresh = c->told_in != tag;
	news->told = news->fresh ? 0 : told;
	news->amended = 0;
	n = news->fresh + log->n - news->told;
	if (log->news & LOG_AMENDED) {
		news->amended = find_amended(log, news->told);
		n += hweight64(news->amended);
	}
	/* Whatever comes after its end may change the verdict. */
	news->ended = c->facts.ended_at && (n || log->news & LOG_ENDED);
	return n + news->ended;
}

static struct tcpledger_slot *next(struct tcpledger_ring *ring,
				   const struct tcpledger_conn *c, u8 type)
{
	struct tcpledger_slot *slot = tcpledger_ring_next(ring);

	slot->type = type;
	slot->id = c->id;
	return slot;
}

static void put_record(struct tcpledger_ring *ring, struct tcpledger_conn *c, u8 type)
{
	struct tcpledger_slot *slot = next(ring, c, type);

	slot->bucket = tcpledger_table_index(&c->key);
	slot->c = c;
}

static __always_inline void put_entry(struct tcpledger_ring *ring,
				      struct tcpledger_conn *c, u8 type, u32 n)
{
	struct tcpledger_log_entry *e = tcpledger_log_at(&c->facts.log, n);
	struct tcpledger_slot *slot = next(ring, c, type);

	e->when = (e->when | LOG_TOLD << 2) & ~(u64)(LOG_CHANGED << 2);
	slot->n = n;
	slot->entry = *e;
}

static void put(struct tcpledger_ring *ring, struct tcpledger_conn *c,
		const struct news *news)
{
	u64 left;
	u32 i;

	if (news->fresh)
		put_record(ring, c, TCPLEDGER_FRAME_OPEN);
	for (left = news->amended; left; left &= left - 1)
		put_entry(ring, c, TCPLEDGER_FRAME_AMEND, __ffs64(left));
	for (i = news->told; i < c->facts.log.n; i++)
		put_entry(ring, c, TCPLEDGER_FRAME_ENTRY, i);
	if (news->ended)
		put_record(ring, c, TCPLEDGER_FRAME_END);
}

/* The ring, if somebody listens in the record's namespace. Bucket locked. */
static struct tcpledger_ring *ring_of(const struct tcpledger_conn *c)
{
	/* Interrupts are off, which is an RCU read section. */
	return rcu_dereference_sched(c->tn->stream.ring);
}

/**
 * tcpledger_stream_tell() - tell what is new of a record
 * @c: the record, in its bucket, which is locked
 *
 * Context: any, interrupts off.
 */
void tcpledger_stream_tell(struct tcpledger_conn *c)
{
	struct tcpledger_ring *ring = ring_of(c);
	struct tcpledger_log *log = &c->facts.log;
	struct news news;
	u32 told, n;

	if (!ring)
		return;
	told = count_told(log);
	/*
	 * Most calls end here: an event without a log entry. If the epoch changes now,
	 * the record is told of in the next one.
	 */
	if (told == log->n && !(log->news & LOG_UNTOLD) &&
	    c->told_in == READ_ONCE(ring->tag))
		return;
	raw_spin_lock(&ring->lock);
	n = look(c, ring->tag, told, &news);
	tcpledger_ring_begin(ring, n);
	put(ring, c, &news);
	tcpledger_ring_end(ring);
	c->told_in = ring->tag;
	raw_spin_unlock(&ring->lock);
	log->news &= ~LOG_UNTOLD;
	if (!n)	/* an entry of a live record had no room */
		return;
	this_cpu_add(c->tn->stats->stream_events, n);
	tcpledger_stream_wake(&c->tn->stream);
}

/**
 * tcpledger_stream_tell_gone() - tell that a record is evicted
 * @c: the record, in its bucket, which is locked
 *
 * Told also of a record that was never told of: it may be in a reader's snapshot.
 * Context: any, interrupts off.
 */
void tcpledger_stream_tell_gone(struct tcpledger_conn *c)
{
	struct tcpledger_ring *ring = ring_of(c);

	if (!ring)
		return;
	raw_spin_lock(&ring->lock);
	tcpledger_ring_begin(ring, 1);
	next(ring, c, TCPLEDGER_FRAME_GONE);
	tcpledger_ring_end(ring);
	raw_spin_unlock(&ring->lock);
	this_cpu_inc(c->tn->stats->stream_events);
	tcpledger_stream_wake(&c->tn->stream);
}
