// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYNs that get no record, because a flood of them makes records faster than anybody
 * could read them (see note_recycled() in eviction.c).
 *
 * A SYN does not tell whether its sender is real. An ACK of our SYN/ACK does: who
 * forges the address does not see our number. So a SYN that is shed leaves a note of a
 * fixed size in a table of fixed size, and so does its SYN/ACK; the third ACK, or a
 * repeated SYN once the flood is over, then makes a record as complete as any.
 *
 * A new note overwrites an older one whose hash ends alike. With n notes and r SYNs a
 * second a note is still there after t seconds with probability exp(-t * r / n). If it
 * is not, or if the handshake repeated more than a note has a place for, the state
 * change of the socket makes a record that says it is partial.
 */
#include "ledger/shed.h"

#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "ledger/conn.h"
#include "ledger/key.h"
#include "ledger/parameters.h"
#include "ledger/settle.h"
#include "verdict/facts_in.h"
#include "verdict/facts_out.h"

#define NOTES_LEAST	1024U
#define NOTES_MOST	262144U

/**
 * struct note - the handshake of a SYN that was shed
 * @lock: covers the note
 * @hash: of the endpoint, with its namespace and addresses
 * @ports: of the endpoint
 * @spoilt: more came than the note has a place for; it stands until another connection
 *	takes its place, or the next copy of the SYN would begin a note as if it were
 *	the first
 * @h: what was seen; @h.syn_at is 0 if this is no note
 *
 * The hash is keyed, and the third ACK must have both numbers right, so the addresses
 * need not be compared.
 */
struct note {
	raw_spinlock_t			lock;
	u32				hash;
	u32				ports;
	bool				spoilt;
	struct tcpledger_handshake	h;
} ____cacheline_aligned;

static struct note *notes __ro_after_init;
static u32 mask __ro_after_init;

/**
 * tcpledger_shed_init() - allocate the notes
 *
 * Context: process, at load, once the limits are known.
 * Return: 0 or -ENOMEM.
 */
int __init tcpledger_shed_init(void)
{
	u32 n = clamp(tcpledger_parameters.max_connections, NOTES_LEAST,
		      NOTES_MOST);
	u32 i;

	n = rounddown_pow_of_two(n);
	notes = kvcalloc(n, sizeof(*notes), GFP_KERNEL);
	if (!notes)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		raw_spin_lock_init(&notes[i].lock);
	mask = n - 1;
	return 0;
}

/**
 * tcpledger_shed_exit() - free the notes
 *
 * Context: process, no hook running.
 */
void tcpledger_shed_exit(void)
{
	kvfree(notes);
}

/**
 * tcpledger_shed_bytes() - memory of the notes
 *
 * Context: any.
 */
u64 tcpledger_shed_bytes(void)
{
	return (u64)(mask + 1) * sizeof(*notes);
}

static inline struct note *lock_note(const struct tcpledger_key *key, unsigned long *flags)
{
	struct note *n = &notes[key->hash & mask];

	raw_spin_lock_irqsave(&n->lock, *flags);
	return n;
}

/* Is it the note of the connection that began with the SYN number @isn? */
static bool is_of(const struct note *n, const struct tcpledger_key *key, u32 isn)
{
	return n->h.syn_at && n->hash == key->hash && n->ports == key->ports &&
	       n->h.syn.seq == isn;
}

/**
 * tcpledger_shed_spoil() - a SYN comes in a flood: if it is repeated, its note is no good
 * @key: the endpoint
 * @syn: the segment
 *
 * Context: LOCAL_IN hook.
 */
void tcpledger_shed_spoil(const struct tcpledger_key *key,
			  const struct tcpledger_segment *syn)
{
	unsigned long flags;
	struct note *n = lock_note(key, &flags);

	n->spoilt |= is_of(n, key, syn->seq);
	raw_spin_unlock_irqrestore(&n->lock, flags);
}

/**
 * tcpledger_shed_syn() - a SYN gets no record
 * @key: the endpoint
 * @now: CLOCK_MONOTONIC
 * @syn: the segment
 * @opt: its options
 *
 * Does nothing if there is a note of it already: see tcpledger_shed_spoil().
 * Context: LOCAL_IN hook.
 */
void tcpledger_shed_syn(const struct tcpledger_key *key, s64 now,
			const struct tcpledger_segment *syn,
			const struct tcpledger_options *opt)
{
	unsigned long flags;
	struct note *n = lock_note(key, &flags);

	if (likely(!is_of(n, key, syn->seq))) {
		n->hash = key->hash;
		n->ports = key->ports;
		n->spoilt = false;
		n->h.syn_at = now;
		n->h.synack_at = 0;
		n->h.syn = *syn;
		n->h.syn_opt = *opt;
		n->h.ifindex = key->ifindex;
	}
	raw_spin_unlock_irqrestore(&n->lock, flags);
}

/**
 * tcpledger_shed_synack() - a SYN/ACK leaves for which there is no record
 * @key: the endpoint, with the device of the socket that sends, if one does
 * @now: CLOCK_MONOTONIC
 * @synack: the segment
 * @opt: its options
 *
 * Context: LOCAL_OUT hook.
 */
void tcpledger_shed_synack(const struct tcpledger_key *key, s64 now,
			   const struct tcpledger_segment *synack,
			   const struct tcpledger_options *opt)
{
	unsigned long flags;
	struct note *n = lock_note(key, &flags);

	if (is_of(n, key, synack->ack - 1)) {
		if (unlikely(n->h.synack_at)) {
			n->spoilt = true;
		} else {
			n->h.synack_at = now;
			n->h.synack = *synack;
			n->h.synack_opt = *opt;
			/* A SYN cookie has no socket. */
			if (!synack->cookie)
				n->h.ifindex = key->ifindex;
		}
	}
	raw_spin_unlock_irqrestore(&n->lock, flags);
}

/* Does the segment go on with the handshake, so that a record can be made of it? */
static bool goes_on(const struct note *n, const struct tcpledger_key *key,
		    const struct tcpledger_segment *seg)
{
	if (tcpledger_is_syn(seg))
		return is_of(n, key, seg->seq);
	return is_of(n, key, seg->seq - 1) && n->h.synack_at &&
	       seg->flags & TCPLEDGER_ACK && seg->ack == n->h.synack.seq + 1;
}

/**
 * tcpledger_shed_take() - does a segment go on with a handshake without a record?
 * @key: the endpoint
 * @seg: the segment, which came: a repeated SYN, or the ACK that ends the handshake
 * @to: filled with what was seen of the handshake, if it does
 *
 * An RST that ends it spoils the note.
 * Context: LOCAL_IN hook.
 */
bool tcpledger_shed_take(const struct tcpledger_key *key,
			 const struct tcpledger_segment *seg,
			 struct tcpledger_handshake *to)
{
	unsigned long flags;
	struct note *n = lock_note(key, &flags);
	bool found = false;

	if (unlikely(seg->flags & TCPLEDGER_RST)) {
		n->spoilt |= is_of(n, key, seg->seq - 1);
	} else if (goes_on(n, key, seg) && !n->spoilt) {
		found = true;
		*to = n->h;
		n->spoilt = true;
	}
	raw_spin_unlock_irqrestore(&n->lock, flags);
	return found;
}

/**
 * tcpledger_shed_replay() - give a record the handshake that it was made for
 * @c: the record, new, in its bucket, which is locked
 * @h: the handshake
 *
 * Context: any.
 */
void tcpledger_shed_replay(struct tcpledger_conn *c,
			   const struct tcpledger_handshake *h)
{
	tcpledger_conn_prepare(c, h->syn_at, h->syn.flags);
	tcpledger_facts_in(&c->facts, h->syn_at, &h->syn, &h->syn_opt);
	if (h->synack_at) {
		tcpledger_conn_prepare(c, h->synack_at, h->synack.flags);
		tcpledger_facts_out(&c->facts, h->synack_at, &h->synack,
				    &h->synack_opt);
	}
	tcpledger_conn_settle(c);
}
