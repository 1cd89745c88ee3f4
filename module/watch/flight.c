// SPDX-License-Identifier: GPL-2.0-only
/*
 * The segment that TCP is processing on a CPU: the record that it begins, and the
 * entry it gets after all if TCP acts on it although the log had no room.
 */
#include "watch/flight.h"

#include <linux/ktime.h>

#include "ledger/net.h"
#include "verdict/facts_segment.h"

DEFINE_PER_CPU(struct tcpledger_flight, tcpledger_flight);

/**
 * tcpledger_flight_begin() - a SYN begins a record
 * @c: the record, in no bucket
 * @key: the endpoint
 * @now: CLOCK_MONOTONIC
 * @skb: the packet
 * @seg: its header
 * @opt: its options
 *
 * If another CPU has made a record from a copy of the SYN meanwhile, the segment
 * is logged there and @c is freed.
 * Context: LOCAL_IN hook, or as tcpledger_flight_takeover(), no lock of ours held.
 */
void tcpledger_flight_begin(struct tcpledger_conn *c,
			    const struct tcpledger_key *key, s64 now,
			    const struct sk_buff *skb,
			    const struct tcpledger_segment *seg,
			    const struct tcpledger_options *opt)
{
	struct tcpledger_bucket *b;
	struct tcpledger_conn *other;
	unsigned long flags;

	b = tcpledger_table_lock(key, &flags);
	other = tcpledger_table_find(b, key);
	if (unlikely(other && tcpledger_facts_live(&other->facts))) {
		tcpledger_flight_arrive(other, now, skb, seg, opt);
		tcpledger_table_unlock(b, flags);
		tcpledger_conn_free(c);
		return;
	}
	tcpledger_conn_insert(c);
	tcpledger_flight_arrive(c, now, skb, seg, opt);
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_flight_takeover() - make a record of a SYN that ended an old one
 * @tn: the namespace
 * @key: the endpoint
 * @f: a copy of the SYN's note; the SYN is also the last segment of the old record
 *
 * Context: a kprobe handler, preemption off, no lock of ours held.
 */
void tcpledger_flight_takeover(struct tcpledger_net *tn,
			       const struct tcpledger_key *key,
			       const struct tcpledger_flight *f)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_conn *c;

	if (!tcpledger_scope_has_tuple(tn, key, TCPLEDGER_SYN_CAME, true))
		return;
	c = tcpledger_conn_new(tn, key, now, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_PASSIVE, false);
	if (c)
		tcpledger_flight_begin(c, key, now, f->skb, &f->seg,
				       &f->opt);
}

/* The segment in flight, if it is of this record and the log had no room for it. */
static struct tcpledger_flight *unlogged(const struct tcpledger_conn *c)
{
	struct tcpledger_flight *f = tcpledger_flight_of(c);

	return f && f->index == TCPLEDGER_LOG_NONE ? f : NULL;
}

/* Is it the FIN that TCP takes now, so that it expects @rcv_nxt after it? */
static bool fin_fits(const struct tcpledger_facts *f,
		     const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	return seg->flags & TCPLEDGER_FIN && !(f->bits & TOOK_FIN) &&
	       tcpledger_segment_end(seg) == rcv_nxt;
}

static bool moves(const struct tcpledger_facts *f,
		  const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	/* Its number need not be rcv_nxt, see tcpledger_facts_find_rst(). */
	if (seg->flags & TCPLEDGER_RST)
		return f->bits & TOOK_RST;
	return fin_fits(f, seg, rcv_nxt) ||
	       (seg->flags & TCPLEDGER_ACK && f->bits & SEEN_FIN_OUT &&
		!(f->bits & TOOK_ACK_OF_FIN) && seg->ack == f->local_fin);
}

/**
 * tcpledger_flight_log_acted_on() - the slow half of tcpledger_flight_acted_on()
 * @c: the record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @rcv_nxt: next number TCP expects from the peer
 *
 * Context: any, interrupts off.
 */
void tcpledger_flight_log_acted_on(struct tcpledger_conn *c, s64 now, u32 rcv_nxt)
{
	struct tcpledger_flight *f = unlogged(c);

	if (f && moves(&c->facts, &f->seg, rcv_nxt))
		f->index = tcpledger_facts_log_acted_on(&c->facts, now, &f->seg);
}

/**
 * tcpledger_flight_answered() - a segment leaves; it may answer one that came
 * @c: its record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @answer: the segment
 *
 * As tcpledger_flight_acted_on(), for a FIN whose ACK leaves before TCP changes
 * the state, see out_after_fin().
 * Context: LOCAL_OUT hook.
 */
void tcpledger_flight_answered(struct tcpledger_conn *c, s64 now,
			      const struct tcpledger_segment *answer)
{
	struct tcpledger_flight *f = unlogged(c);

	if (f && answer->flags & TCPLEDGER_ACK &&
	    (c->facts.state == TCPLEDGER_STATE_FIN_WAIT1 ||
	     c->facts.state == TCPLEDGER_STATE_FIN_WAIT2) &&
	    fin_fits(&c->facts, &f->seg, answer->ack))
		f->index = tcpledger_facts_log_acted_on(&c->facts, now, &f->seg);
}
