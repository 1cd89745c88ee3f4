// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP frees a segment: was it refused, and what did it do to a request socket or a
 * timewait socket? No other event tells the latter.
 */
#include "watch/segment_freed.h"

#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "compat.h"
#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"
#include "verdict/facts_segment.h"
#include "watch/flight.h"
#include "watch/packet.h"
#include "watch/timewait.h"

/* An ACK of our SYN/ACK came, and TCP made no child of it. */
static void third_ack_refused(struct tcpledger_conn *c, s64 now,
			      const struct tcpledger_flight *f)
{
	if (c->facts.bits & SEEN_ACK_OF_SYN_IN &&
	    tcpledger_socket_overflows(c->tn->net, &c->key, &f->seg))
		tcpledger_facts_note(&c->facts, now,
				     TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL,
				     f->index);
}

/*
 * TCP is done with a segment to a request socket. An RST or a SYN in the window
 * kills the request without a trace (tcp_check_req()), so look for it.
 */
static void request_done(struct tcpledger_conn *c, s64 now,
			 const struct tcpledger_flight *f)
{
	struct tcpledger_facts *facts = &c->facts;
	struct net *net = c->tn->net;

	if (f->seg.flags & (TCPLEDGER_RST | TCPLEDGER_SYN) &&
	    !tcpledger_socket_exists(net, &c->key)) {
		if (f->seg.flags & TCPLEDGER_RST) {
			tcpledger_facts_request_reset(facts);
			if (!(facts->bits & SEEN_ACK_OF_SYN_IN))
				tcpledger_facts_note(facts, now,
					TCPLEDGER_ANOMALY_STALE_SYN, f->index);
		}
		tcpledger_facts_end(facts, now, TCPLEDGER_CAUSE_SEGMENT,
				    f->index, TCPLEDGER_OUTCOME_RESET);
		return;
	}
	if (f->index == TCPLEDGER_LOG_NONE)
		return;
	tcpledger_facts_refused(facts, now, f->index, false);
	third_ack_refused(c, now, f);
}

/*
 * TCP is done with a segment to a timewait socket. PAWS is a reason of later kernels, and
 * the socket answers what it rejects by that, so the segment also counts as absorbed.
 */
static void timewait_done(struct tcpledger_conn *c, s64 now,
			  const struct tcpledger_flight *f,
			  enum skb_drop_reason reason)
{
	tcpledger_timewait_segment_done(c, now, f);
	if (reason != SKB_DROP_REASON_NOT_SPECIFIED &&
	    f->index != TCPLEDGER_LOG_NONE && !(f->seg.flags & TCPLEDGER_RST))
		tcpledger_facts_refused(&c->facts, now, f->index, false);
}

/*
 * The TCP header of the freed packet, if that is the segment in flight. Not every
 * free is traced, so another packet may have its sk_buff by now: compare. The
 * header is in the linear part since tcp_v4_rcv().
 */
static const u8 *noted_header(const struct tcpledger_flight *f,
			      const struct sk_buff *skb)
{
	const u8 *th;

	if (f->skb != skb || !skb_transport_header_was_set(skb))
		return NULL;
	th = skb_transport_header(skb);
	return tcpledger_packet_whole(skb, th) &&
	       tcpledger_be32(th + 4) == f->seg.seq &&
	       th[13] == f->seg.flags ? th : NULL;
}

/*
 * Data that a full socket has already, or has no room for, is acknowledged after it was
 * freed (tcp_data_queue()); everything else before, or not at all.
 */
static bool ack_follows(enum skb_drop_reason reason)
{
	switch (reason) {
	case SKB_DROP_REASON_TCP_OLD_DATA:
	case SKB_DROP_REASON_TCP_OVERWINDOW:
	case SKB_DROP_REASON_TCP_ZEROWINDOW:
	case SKB_DROP_REASON_TCP_OFOMERGE:
	case SKB_DROP_REASON_PROTO_MEM:
		return true;
	default:
		return false;
	}
}

/*
 * Did TCP throw the segment away? Where a full socket holds the connection, so it did
 * with each for which it gave a reason, and each RST that moved nothing. A request or
 * timewait socket processes a segment and may give a reason as well.
 */
static bool thrown_away(bool full, const struct tcpledger_flight *f,
			enum skb_drop_reason reason)
{
	if (!full)
		return reason != SKB_DROP_REASON_NOT_SPECIFIED &&
		       !tcpledger_reason_of_holder(reason);
	return reason != SKB_DROP_REASON_NOT_SPECIFIED ||
	       f->seg.flags & TCPLEDGER_RST;
}

/**
 * tcpledger_segment_freed() - TCP is done with a packet
 * @skb: the packet
 * @reason: why it throws the packet away, SKB_DROP_REASON_NOT_SPECIFIED also if it
 *	does not
 *
 * Context: the tracepoint kfree_skb, preemption off.
 */
void tcpledger_segment_freed(const struct sk_buff *skb,
			     enum skb_drop_reason reason)
{
	struct tcpledger_flight f __tcpledger_unset;
	struct tcpledger_flight *own = this_cpu_ptr(&tcpledger_flight);
	struct tcpledger_net *tn = NULL;
	struct tcpledger_bucket *b;
	unsigned long flags;
	const u8 *th;
	bool full;
	s64 now;

	/* In a task a softirq may put another segment in flight meanwhile. */
	local_irq_save(flags);
	f = *own;
	if (f.skb == skb)
		own->skb = NULL;
	local_irq_restore(flags);
	th = noted_header(&f, skb);
	if (!th)
		return;
	b = tcpledger_table_lock_index(f.bucket, &flags);
	/* A record of another namespace can have the same memory, bucket and id. */
	if (!tcpledger_table_has(b, f.c, f.id) ||
	    f.c->key.ports != tcpledger_ports_in(th) ||
	    f.index >= f.c->facts.log.n) {
		tcpledger_table_unlock(b, flags);
		return;
	}
	tcpledger_conn_room(f.c);
	full = !(f.c->facts.bits & (HELD_BY_REQUEST | HELD_BY_TIMEWAIT));
	/* A full socket may have kept the segment for long. */
	now = tcpledger_flight_time(full ? NULL : &f);
	if (thrown_away(full, &f, reason)) {
		if (f.index != TCPLEDGER_LOG_NONE)
			tcpledger_facts_refused(&f.c->facts, now, f.index,
				reason == SKB_DROP_REASON_TCP_CSUM);
	} else if (f.c->facts.bits & HELD_BY_TIMEWAIT) {
		timewait_done(f.c, now, &f, reason);
	} else if (f.c->facts.bits & HELD_BY_REQUEST) {
		request_done(f.c, now, &f);
	}
	tcpledger_facts_segment_done(&f.c->facts, f.seg.flags,
				     full && ack_follows(reason));
	if (tcpledger_conn_settle(f.c))
		tn = f.c->tn;
	tcpledger_table_unlock(b, flags);
	if (tn)
		tcpledger_conn_trim(tn);
}
