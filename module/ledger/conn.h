/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_CONN_H
#define TCPLEDGER_CONN_H

#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/types.h>

#include "ledger/key.h"
#include "ledger/lists.h"
#include "ledger/owner.h"
#include "ledger/pool.h"
#include "verdict/facts.h"

struct tcpledger_net;

#define TCPLEDGER_CONN_SIZE	768	/* bytes of a record, and of a log block */

/**
 * struct tcpledger_conn - one endpoint of one connection
 * @node: in its hash bucket
 * @lru: in the list @place of @tn, if @place is a list
 * @place: enum tcpledger_place
 * @quiet: nothing pending; its bucket notes it, or has noted another since
 * @told_in: the epoch of the live stream that was told of it, as
 *	tcpledger_ring has it; 0 for none
 * @expecting: counted in tcpledger_expecting
 * @inherited: its namespace died
 * @queues_checked: half_open.c has seen why its SYN was not answered
 * @lost: lost.c did not find its socket at the last look
 * @aborted: "ss -K" is about to end its timewait socket
 * @taken: a SYN ended its timewait socket before the SYN passed our hook; that SYN
 *	is still to be logged as the last segment
 * @followed: it is over, and a SYN came or left for its tuple since, so that what
 *	else comes is not of this connection
 * @netns: inode number of the namespace it was opened in; readers copy from
 *	here on
 * @tn: the namespace the record counts against; changes only when @tn dies
 * @id: within @tn
 * @sk: the socket, as an identity only: never followed
 * @wall: CLOCK_REALTIME of creation
 * @last_syn_at: CLOCK_MONOTONIC of the last SYN or SYN/ACK
 * @request_expired_at: CLOCK_MONOTONIC of the request timer's last run that was
 *	not followed by a SYN/ACK, 0 if none
 * @bytes_sent: payload, -1 until the socket was read at its end
 * @bytes_received: payload
 * @retransmits: segments, -1 until known
 * @srtt_us: -1 until known
 * @min_rtt_us: -1 until known
 * @closer: the program that closed first
 * @key: the endpoint
 * @owner: the program
 * @facts: what is known
 *
 * The lock of the hash bucket covers all but @lru and @place, and tn->lists.lock
 * covers @lru. @place is written under both locks, with two exceptions: between
 * places that are no list under the bucket lock alone, and from a list to
 * TCPLEDGER_PLACE_GONE, by eviction, under tn->lists.lock alone. So a holder of
 * only the bucket lock must use READ_ONCE(); tcpledger_lists_move() rechecks
 * under tn->lists.lock.
 *
 * Lifetime. A record is reached only through its bucket, under the bucket's lock,
 * or through a list of its namespace, under tn->lists.lock. No pointer is followed
 * after the lock was released: the note of the segment in flight, the batch of
 * reconcile/worker.c and a reader's snapshot keep bucket, pointer and id as a name,
 * and first look for that pointer and id in the locked bucket
 * (tcpledger_table_has()).
 */
struct tcpledger_conn {
	struct hlist_node	node;
	struct list_head	lru;
	u8			place;
	bool			quiet;
	u8			told_in;
	bool			expecting : 1;
	bool			inherited : 1;
	bool			queues_checked : 1;
	bool			lost : 1;
	bool			aborted : 1;
	bool			taken : 1;
	bool			followed : 1;
	u32			netns;
	struct tcpledger_net	*tn;
	u64			id;
	const void		*sk;
	s64			wall;
	s64			last_syn_at;
	s64			request_expired_at;
	s64			bytes_sent;
	s64			bytes_received;
	s32			retransmits;
	s32			srtt_us;
	s32			min_rtt_us;
	struct tcpledger_actor	closer;
	struct tcpledger_key	key;
	struct tcpledger_owner	owner;
	struct tcpledger_facts	facts;
};

extern bool tcpledger_allowed;

/* May a segment make a record? Asked only before it would. */
static inline bool tcpledger_conn_allowed(void)
{
	return READ_ONCE(tcpledger_allowed);
}

void tcpledger_conn_allow(void);
struct tcpledger_conn *tcpledger_conn_new(struct tcpledger_net *tn,
					  const struct tcpledger_key *key,
					  s64 now, u8 state, u8 role,
					  bool may_allocate);
void tcpledger_conn_free(struct tcpledger_conn *c);
void tcpledger_conn_more(struct tcpledger_conn *c);
void tcpledger_conn_insert(struct tcpledger_conn *c);
bool tcpledger_conn_evict_ended(struct tcpledger_net *tn);
void tcpledger_conn_trim(struct tcpledger_net *tn);
void tcpledger_conn_inherit(struct tcpledger_net *from,
			    struct tcpledger_net *to);
void tcpledger_conn_flush(struct tcpledger_net *tn);

/* Have room for the next log entries; bucket locked. */
static inline void tcpledger_conn_room(struct tcpledger_conn *c)
{
	if (unlikely(tcpledger_log_wants_more(&c->facts.log)))
		tcpledger_conn_more(c);
}

#endif /* TCPLEDGER_CONN_H */
