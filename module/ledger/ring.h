/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_RING_H
#define TCPLEDGER_RING_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "verdict/log.h"

struct tcpledger_conn;

/**
 * struct tcpledger_slot - one event
 * @type: TCPLEDGER_FRAME_OPEN, _ENTRY, _AMEND, _END or _GONE
 * @n: index of @entry
 * @bucket: OPEN and END: of the record
 * @id: the record's id
 * @entry: ENTRY and AMEND: the entry as it was then
 * @c: OPEN and END: the record's address, not to be followed before
 *	tcpledger_table_has()
 */
struct tcpledger_slot {
	u8	type;
	u8	n;
	u32	bucket;
	u64	id;
	union {
		struct tcpledger_log_entry	entry;
		struct tcpledger_conn		*c;
	};
};

/**
 * struct tcpledger_ring - the last events of a namespace
 * @lock: taken by writers, inside the lock of a bucket
 * @size: slots
 * @at: the slot that is written next
 * @tag: names the epoch in a byte, never 0
 * @epoch: the events are numbered in it, from 1
 * @reserved: number of the last event that may be in a slot, or half in it
 * @head: number of the last event that is whole
 * @rcu: to free it
 * @slots: event number s is in slot (s - 1) modulo @size
 *
 * Writers never look at readers, and readers take no lock. A reader copies slots up to
 * @head, then looks at @reserved: what it copied of events up to @reserved - @size
 * may have been overwritten meanwhile. Barriers, each named where it stands:
 * - publish (writer) and consume (reader): who sees @head sees the slots up to it;
 * - overwrite (writer) and recheck (reader): a reader that has copied some of what is
 *   new in a slot sees the new @reserved.
 */
struct tcpledger_ring {
	raw_spinlock_t		lock;
	u32			size;
	u32			at;
	u8			tag;
	u64			epoch;
	u64			reserved;
	u64			head;
	struct rcu_head		rcu;
	struct tcpledger_slot	slots[];
};

struct tcpledger_ring *tcpledger_ring_new(u32 size);
u64 tcpledger_ring_bytes(u32 size);
void tcpledger_ring_restart(struct tcpledger_ring *ring, u64 epoch);
u32 tcpledger_ring_read(const struct tcpledger_ring *ring, u64 next, u32 most,
			struct tcpledger_slot *to, u64 *oldest);

/* Number of the last event. */
static inline u64 tcpledger_ring_head(const struct tcpledger_ring *ring)
{
	/* consume */
	return smp_load_acquire(&ring->head);
}

/* The next @n slots are going to be overwritten. */
static inline void tcpledger_ring_begin(struct tcpledger_ring *ring, u32 n)
{
	lockdep_assert_held(&ring->lock);
	WRITE_ONCE(ring->reserved, ring->head + n);
	/* overwrite */
	smp_wmb();
}

/* The slot of the next event, of as many as tcpledger_ring_begin() was told. */
static inline struct tcpledger_slot *tcpledger_ring_next(struct tcpledger_ring *ring)
{
	struct tcpledger_slot *slot = &ring->slots[ring->at];

	ring->at = ring->at + 1 == ring->size ? 0 : ring->at + 1;
	return slot;
}

/* All of them are written. */
static inline void tcpledger_ring_end(struct tcpledger_ring *ring)
{
	/* publish */
	smp_store_release(&ring->head, ring->reserved);
}

#endif /* TCPLEDGER_RING_H */
