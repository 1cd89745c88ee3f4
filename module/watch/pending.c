// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between SYN_SENT and the first SYN.
 *
 * CLOSE to SYN_SENT is traced before the source port is chosen, so there is no
 * tuple yet to make a record of. A note of it waits here, by socket, until the
 * SYN leaves or the connect() fails. Usually that takes microseconds. A deferred
 * Fast Open connect() can take long, and its note may be overwritten by then,
 * which is counted.
 */
#include "watch/pending.h"

#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

#define PENDING_BITS	8
#define PENDING_WAYS	4

/**
 * struct pending_set - notes with one hash
 * @lock: covers the notes; raw, probes run with preemption off
 * @next: the one to overwrite when all are taken
 * @way: the notes
 */
struct pending_set {
	raw_spinlock_t			lock;
	u32				next;
	struct tcpledger_pending	way[PENDING_WAYS];
};

static struct pending_set sets[1 << (PENDING_BITS - 2)];

/**
 * tcpledger_pending_add() - a socket went from CLOSE to SYN_SENT
 * @sk: the socket
 * @now: CLOCK_MONOTONIC
 *
 * Context: connect() or sendto(), socket locked, preemption off.
 * Return: false if the note of another socket had to give way.
 */
bool tcpledger_pending_add(const struct sock *sk, s64 now)
{
	struct pending_set *set = &sets[hash_ptr(sk, PENDING_BITS - 2)];
	struct tcpledger_pending *p = NULL;
	bool overwrote = false;
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&set->lock, flags);
	for (i = 0; i < PENDING_WAYS && !p; i++)
		if (!set->way[i].sk || set->way[i].sk == sk)
			p = &set->way[i];
	if (!p) {
		p = &set->way[set->next++ % PENDING_WAYS];
		overwrote = true;
	}
	p->sk = sk;
	p->when = now;
	tcpledger_owner_socket(&p->owner, sk);
	raw_spin_unlock_irqrestore(&set->lock, flags);
	return !overwrote;
}

/**
 * tcpledger_pending_take() - take the note of a socket out
 * @sk: the socket
 * @out: filled with it
 *
 * Context: any.
 * Return: false if there is none.
 */
bool tcpledger_pending_take(const struct sock *sk,
			    struct tcpledger_pending *out)
{
	struct pending_set *set = &sets[hash_ptr(sk, PENDING_BITS - 2)];
	unsigned long flags;
	bool found = false;
	int i;

	raw_spin_lock_irqsave(&set->lock, flags);
	for (i = 0; i < PENDING_WAYS && !found; i++)
		if (set->way[i].sk == sk) {
			*out = set->way[i];
			set->way[i].sk = NULL;
			found = true;
		}
	raw_spin_unlock_irqrestore(&set->lock, flags);
	return found;
}

/**
 * tcpledger_pending_init() - prepare the notes
 *
 * Context: process, at load.
 */
void __init tcpledger_pending_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(sets); i++)
		raw_spin_lock_init(&sets[i].lock);
}
