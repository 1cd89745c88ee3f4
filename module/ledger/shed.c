// SPDX-License-Identifier: GPL-2.0-only
/*
 * SYNs that get no record, because a flood of them makes records faster than anybody
 * could read them (see note_recycled() in lists.c).
 *
 * A SYN does not tell whether its sender is real. An ACK of our SYN/ACK does: who
 * forges the address does not see our number. So a SYN that is shed leaves a note of a
 * fixed size in a table of fixed size, and so does its SYN/ACK; the third ACK then
 * makes a record as complete as any. A note may be overwritten before that, or its SYN
 * or SYN/ACK may be repeated, which a note has no place for. Then the state change of
 * the socket makes a record that says it is partial.
 */
#include "ledger/shed.h"

#include <linux/cache.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "ledger/conn.h"
#include "ledger/key.h"
#include "ledger/limits.h"
#include "ledger/settle.h"
#include "verdict/facts_in.h"
#include "verdict/facts_out.h"

#define NOTES_LEAST	1024U
#define NOTES_MOST	65536U

/**
 * struct note - the handshake of a SYN that was shed
 * @lock: covers the note
 * @hash: of the endpoint, with its namespace and addresses
 * @ports: of the endpoint
 * @h: what was seen; @h.syn_at is 0 if this is no note
 *
 * The hash is keyed, and the third ACK must have both numbers right, so the addresses
 * need not be compared.
 */
struct note {
	raw_spinlock_t			lock;
	u32				hash;
	u32				ports;
	struct tcpledger_handshake	h;
} ____cacheline_aligned;

static struct note *notes;
static u32 mask;

/**
 * tcpledger_shed_init() - allocate the notes
 *
 * Context: process, at load, once the limits are known.
 * Return: 0 or -ENOMEM.
 */
int __init tcpledger_shed_init(void)
{
	u32 n = clamp(tcpledger_limits.max_embryonic, NOTES_LEAST, NOTES_MOST);
	u32 i;

	n = rounddown_pow_of_two(n);
	BUILD_BUG_ON(!is_power_of_2(sizeof(*notes)));
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

static struct note *lock_note(const struct tcpledger_key *key, unsigned long *flags)
{
	struct note *n = &notes[key->hash & mask];

	raw_spin_lock_irqsave(&n->lock, *flags);
	return n;
}

static bool is_of(const struct note *n, const struct tcpledger_key *key)
{
	return n->h.syn_at && n->hash == key->hash && n->ports == key->ports;
}

/**
 * tcpledger_shed_syn() - a SYN gets no record
 * @key: the endpoint
 * @now: CLOCK_MONOTONIC
 * @syn: the segment
 * @opt: its options
 *
 * Context: LOCAL_IN hook.
 */
void tcpledger_shed_syn(const struct tcpledger_key *key, s64 now,
			const struct tcpledger_segment *syn,
			const struct tcpledger_options *opt)
{
	unsigned long flags;
	struct note *n = lock_note(key, &flags);

	if (unlikely(is_of(n, key) && n->h.syn.seq == syn->seq)) {
		n->h.syn_at = 0;	/* repeated */
	} else {
		n->hash = key->hash;
		n->ports = key->ports;
		n->h.syn_at = now;
		n->h.synack_at = 0;
		n->h.syn = *syn;
		n->h.syn_opt = *opt;
		n->h.ifindex = key->ifindex;
	}
	raw_spin_unlock_irqrestore(&n->lock, flags);
}

/**
 * tcpledger_shed_forget() - was this SYN shed before? If so, forget that
 * @key: the endpoint
 * @syn: the segment
 *
 * Context: LOCAL_IN hook.
 */
bool tcpledger_shed_forget(const struct tcpledger_key *key,
			   const struct tcpledger_segment *syn)
{
	unsigned long flags;
	struct note *n = lock_note(key, &flags);
	bool found = is_of(n, key) && n->h.syn.seq == syn->seq;

	if (found)
		n->h.syn_at = 0;
	raw_spin_unlock_irqrestore(&n->lock, flags);
	return found;
}

/**
 * tcpledger_shed_synack() - a SYN/ACK leaves for which there is no record
 * @key: the endpoint, with the device of the request socket, if one sends
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

	if (is_of(n, key) && synack->ack == n->h.syn.seq + 1) {
		if (likely(!n->h.synack_at)) {
			n->h.synack_at = now;
			n->h.synack = *synack;
			n->h.synack_opt = *opt;
			if (synack->request)
				n->h.ifindex = key->ifindex;
		} else {
			n->h.syn_at = 0;	/* repeated */
		}
	}
	raw_spin_unlock_irqrestore(&n->lock, flags);
}

/**
 * tcpledger_shed_take() - is this the ACK that ends a handshake without a record?
 * @key: the endpoint
 * @ack: the segment
 * @to: filled with what was seen of the handshake, if it is
 *
 * Context: LOCAL_IN hook.
 */
bool tcpledger_shed_take(const struct tcpledger_key *key,
			 const struct tcpledger_segment *ack,
			 struct tcpledger_handshake *to)
{
	unsigned long flags;
	struct note *n;
	bool found;

	if ((ack->flags & (TCPLEDGER_ACK | TCPLEDGER_SYN | TCPLEDGER_RST)) !=
	    TCPLEDGER_ACK)
		return false;
	n = lock_note(key, &flags);
	found = is_of(n, key) && n->h.synack_at &&
		ack->ack == n->h.synack.seq + 1 && ack->seq == n->h.syn.seq + 1;
	if (found) {
		*to = n->h;
		n->h.syn_at = 0;
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
	tcpledger_conn_prepare(c, h->synack_at, h->synack.flags);
	tcpledger_facts_out(&c->facts, h->synack_at, &h->synack, &h->synack_opt);
	tcpledger_conn_settle(c);
}
