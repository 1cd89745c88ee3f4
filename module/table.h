/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_TABLE_H
#define TCPLEDGER_TABLE_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "conn.h"

/**
 * struct tcpledger_bucket - records whose keys have one hash
 * @head: newest first, so that an ended record never hides its successor
 * @lock: covers the chain and everything in its records; raw, since probes
 *	take it with preemption off, and taken with interrupts off, since a
 *	softirq may want it
 */
struct tcpledger_bucket {
	struct hlist_head	head;
	raw_spinlock_t		lock;
};

extern struct tcpledger_bucket *tcpledger_buckets;
extern u32 tcpledger_bucket_mask;

int tcpledger_table_init(void);
void tcpledger_table_exit(void);
u64 tcpledger_table_bytes(void);
struct tcpledger_conn *tcpledger_table_find(struct tcpledger_bucket *b,
					    const struct tcpledger_key *key);
struct tcpledger_conn *tcpledger_table_find_socket(struct tcpledger_bucket *b,
					const struct tcpledger_key *key,
					const void *sk);
void tcpledger_table_insert(struct tcpledger_conn *c);
void tcpledger_table_step_back(struct tcpledger_conn *c);
bool tcpledger_table_has(const struct tcpledger_bucket *b,
			 const struct tcpledger_conn *c, u64 id);

/* The bucket of a key. */
static inline u32 tcpledger_table_index(const struct tcpledger_key *key)
{
	return key->hash & tcpledger_bucket_mask;
}

static inline struct tcpledger_bucket *
tcpledger_table_lock_index(u32 index, unsigned long *flags)
{
	struct tcpledger_bucket *b = &tcpledger_buckets[index];

	raw_spin_lock_irqsave(&b->lock, *flags);
	return b;
}

static inline struct tcpledger_bucket *
tcpledger_table_lock(const struct tcpledger_key *key, unsigned long *flags)
{
	return tcpledger_table_lock_index(tcpledger_table_index(key), flags);
}

static inline void tcpledger_table_unlock(struct tcpledger_bucket *b,
					  unsigned long flags)
{
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

#endif /* TCPLEDGER_TABLE_H */
