/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_TRACK_H
#define TCPLEDGER_TRACK_H

#include <linux/percpu.h>

#include "ledger/conn.h"
#include "netns.h"

struct inode;
struct net;
struct tcpledger_net;
struct request_sock;
struct sk_buff;
struct sock;

/**
 * struct tcpledger_flight - the segment that TCP is processing on this CPU
 * @skb: the packet, as an identity only; NULL when TCP is done with it
 * @c: its record
 * @bucket: the record's bucket
 * @id: the record's id
 * @index: its entry, TCPLEDGER_LOG_NONE if it was not logged
 * @task: it reached TCP in a task: written to a TUN device, or polled for
 * @timewait: a timewait socket received it
 * @seg: its header
 * @opt: its options, if it is a SYN
 *
 * Written in the LOCAL_IN hook, read by probes that TCP then runs into on the
 * same CPU. Under the lock of the record's bucket, interrupts off. A segment
 * that TCP keeps or consumes stays noted here until the next one, also when
 * its memory is another packet's: see tcpledger_track_freed().
 */
struct tcpledger_flight {
	const struct sk_buff		*skb;
	struct tcpledger_conn		*c;
	u64				id;
	u32				bucket;
	int				index;
	bool				task;
	bool				timewait;
	struct tcpledger_segment	seg;
	struct tcpledger_options	opt;
};

DECLARE_PER_CPU(struct tcpledger_flight, tcpledger_flight);

void tcpledger_track_takeover(struct tcpledger_net *tn,
			      const struct tcpledger_key *key,
			      const struct tcpledger_flight *f);

void tcpledger_track_look(struct tcpledger_conn *c, s64 now, u32 rcv_nxt);

/**
 * tcpledger_track_taken() - TCP moves a connection, perhaps by a segment
 * @c: its record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @rcv_nxt: next number it expects from the peer, after that segment
 *
 * Where the log gave up the segment that TCP is working on, it now gets its
 * entry. Context: any, interrupts off.
 */
static inline void tcpledger_track_taken(struct tcpledger_conn *c, s64 now,
					 u32 rcv_nxt)
{
	if (unlikely(c->facts.log.dropped))
		tcpledger_track_look(c, now, rcv_nxt);
}

void tcpledger_track_answered(struct tcpledger_conn *c, s64 now,
			      const struct tcpledger_segment *answer);
bool tcpledger_track_late(struct tcpledger_conn *c,
			  const struct tcpledger_segment *seg);
void tcpledger_track_freed(const struct sk_buff *skb, bool refused,
			   bool checksum, bool ack_follows);
void tcpledger_track_state(const struct sock *sk, u8 from, u8 to);
void tcpledger_track_late_data(const struct sock *sk, const struct sk_buff *skb);
void tcpledger_track_reset(const struct sock *sk);
void tcpledger_track_accept(const struct sock *sk, const struct inode *inode);
void tcpledger_track_request_timer(const struct request_sock *req);

static inline bool tcpledger_is_syn(const struct tcpledger_segment *seg)
{
	return (seg->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK | TCPLEDGER_RST |
			      TCPLEDGER_FIN)) == TCPLEDGER_SYN;
}

static inline bool tcpledger_is_synack(const struct tcpledger_segment *seg)
{
	const u8 synack = TCPLEDGER_SYN | TCPLEDGER_ACK;

	return (seg->flags & synack) == synack;
}

/**
 * tcpledger_track_prepare() - before the facts are told of a segment
 * @c: the record, its bucket locked
 * @now: CLOCK_MONOTONIC
 * @flags: the segment's
 *
 * Context: any.
 */
static inline void tcpledger_track_prepare(struct tcpledger_conn *c, s64 now,
					   u8 flags)
{
	u8 list;

	tcpledger_conn_room(c);
	if (!(flags & TCPLEDGER_SYN))
		return;
	c->active = now;
	list = READ_ONCE(c->list);
	/* The ager's lists are in order of activity. */
	if ((list == TCPLEDGER_LIST_FRESH ||
	     list == TCPLEDGER_LIST_EMBRYONIC) &&
	    /* Another lock's: at worst it is one place out of order. */
	    data_race(READ_ONCE(c->tn->lists[list].prev)) != &c->lru)
		tcpledger_conn_enlist(c, list);
}

#endif /* TCPLEDGER_TRACK_H */
