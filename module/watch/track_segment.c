// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a segment at which there is more to see than track_in.c and
 * track_out.c do: it comes too late, TCP acts on it though the log gave it up,
 * or TCP is done with it.
 */
#include "watch/track.h"

#include <linux/ktime.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/tcp.h>

#include "ledger/socket.h"
#include "ledger/table.h"
#include "netns.h"
#include "watch/packet.h"
#include "watch/timewait.h"

/**
 * tcpledger_track_late() - a segment, and no live record
 * @c: the newest record of its key, bucket locked; or NULL
 * @seg: the segment
 *
 * A SYN/ACK, FIN or RST that still belongs to a connection that is over is
 * logged there; so is the SYN that TPROXY had end its timewait socket, but
 * that begins another.
 * Context: a hook.
 * Return: whether it belongs to the connection that is over, and to no other.
 */
bool tcpledger_track_late(struct tcpledger_conn *c,
			  const struct tcpledger_segment *seg)
{
	const bool syn = tcpledger_is_syn(seg);
	s64 now;

	if (!c || tcpledger_facts_live(&c->facts) ||
	    (syn && (seg->out || !c->taken)) ||
	    !(seg->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)))
		return false;
	now = ktime_get_mono_fast_ns();
	if (now - c->facts.ended > (syn ? TCPLEDGER_TAKEN_NS :
					  TCPLEDGER_LATE_NS))
		return false;
	tcpledger_conn_room(c);
	if (syn) {
		c->taken = false;
		tcpledger_facts_taken_over(&c->facts, now, seg);
	} else {
		tcpledger_facts_late(&c->facts, now, seg);
	}
	tcpledger_conn_settle(c);
	return !syn;
}

/* The segment that TCP works on is of this record, and the log gave it up. */
static struct tcpledger_flight *given_up(const struct tcpledger_conn *c)
{
	struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);

	return f->skb && f->c == c && f->id == c->id &&
	       f->index == TCPLEDGER_LOG_NONE ? f : NULL;
}

/* A FIN that TCP took, and after which it expects @rcv_nxt. */
static bool fin_fits(const struct tcpledger_facts *f,
		     const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	return seg->flags & TCPLEDGER_FIN && !(f->bits & F_FIN_IN) &&
	       tcpledger_segment_end(seg) == rcv_nxt;
}

static bool moves(const struct tcpledger_facts *f,
		  const struct tcpledger_segment *seg, u32 rcv_nxt)
{
	/* TCP has just acted on an RST: see tcpledger_facts_find_rst(). */
	if (seg->flags & TCPLEDGER_RST)
		return f->bits & F_RST_TAKEN;
	return fin_fits(f, seg, rcv_nxt) ||
	       (seg->flags & TCPLEDGER_ACK && f->bits & F_FIN_OUT &&
		!(f->bits & F_FIN_ACKED_IN) && seg->ack == f->local_fin);
}

/**
 * tcpledger_track_look() - the slow half of tcpledger_track_taken()
 * @c: the record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @rcv_nxt: next number TCP expects from the peer
 *
 * Context: any, interrupts off.
 */
void tcpledger_track_look(struct tcpledger_conn *c, s64 now, u32 rcv_nxt)
{
	struct tcpledger_flight *f = given_up(c);

	if (f && moves(&c->facts, &f->seg, rcv_nxt))
		f->index = tcpledger_facts_taken(&c->facts, now, &f->seg);
}

/* Bucket locked. */
static void late_data(struct tcpledger_conn *c, const struct sock *sk,
		      const struct sk_buff *skb,
		      const struct tcpledger_segment *seg)
{
	struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);
	bool flies = f->skb == skb && f->c == c && f->id == c->id;
	int i = flies ? f->index : tcpledger_facts_find_in(&c->facts, seg);

	tcpledger_conn_room(c);
	i = tcpledger_facts_late_data(&c->facts, ktime_get_mono_fast_ns(), seg,
				      i, tcp_sk(sk)->rcv_nxt);
	if (flies)
		f->index = i;
}

/**
 * tcpledger_track_late_data() - TCP resets a connection, and no RST came
 * @sk: the socket, not yet closed
 * @skb: what came: data for a program that has closed
 *
 * The hook saw it a moment ago, or long before if it waited in the socket's
 * backlog, and took it for data like any other.
 * Context: kprobe on tcp_reset(), preemption off.
 */
void tcpledger_track_late_data(const struct sock *sk, const struct sk_buff *skb)
{
	struct tcpledger_segment seg __tcpledger_unset;
	struct tcpledger_key key __tcpledger_unset;
	struct tcpledger_conn *c;
	struct tcpledger_bucket *b;
	unsigned long flags;

	if (!tcpledger_packet_received(skb, &seg) ||
	    seg.flags & TCPLEDGER_RST)
		return;
	tcpledger_key_socket(&key, sk);
	b = tcpledger_table_lock(&key, &flags);
	c = tcpledger_table_of_socket(b, sk, key.ports);
	if (c && tcpledger_facts_live(&c->facts))
		late_data(c, sk, skb, &seg);
	tcpledger_table_unlock(b, flags);
}

/**
 * tcpledger_track_answered() - a segment leaves; it may answer one that came
 * @c: its record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @answer: the segment
 *
 * As tcpledger_track_taken(). The answer to a FIN leaves before TCP moves on,
 * see out_after_fin().
 * Context: LOCAL_OUT hook.
 */
void tcpledger_track_answered(struct tcpledger_conn *c, s64 now,
			      const struct tcpledger_segment *answer)
{
	struct tcpledger_flight *f = given_up(c);

	if (f && answer->flags & TCPLEDGER_ACK &&
	    (c->facts.state == TCPLEDGER_STATE_FIN_WAIT1 ||
	     c->facts.state == TCPLEDGER_STATE_FIN_WAIT2) &&
	    fin_fits(&c->facts, &f->seg, answer->ack))
		f->index = tcpledger_facts_taken(&c->facts, now, &f->seg);
}

/* An ACK of our SYN/ACK came, and no child was made of it. */
static void third_ack_refused(struct tcpledger_conn *c, s64 now,
			      const struct tcpledger_flight *f)
{
	if (c->facts.bits & F_ACK_LOGGED &&
	    tcpledger_socket_overflows(c->tn->net, &c->key, &f->seg))
		tcpledger_facts_note(&c->facts, now,
				     TCPLEDGER_ANOMALY_ACCEPT_QUEUE_FULL,
				     f->index);
}

/*
 * TCP is done with a segment to a request socket. An RST or a SYN in the
 * window kills it without a trace (tcp_check_req()), so look.
 */
static void request_done(struct tcpledger_conn *c, s64 now,
			 const struct tcpledger_flight *f)
{
	struct tcpledger_facts *facts = &c->facts;
	struct net *net = c->tn->net;

	if (f->seg.flags & (TCPLEDGER_RST | TCPLEDGER_SYN) &&
	    !tcpledger_socket_exists(net, &c->key)) {
		if (f->seg.flags & TCPLEDGER_RST) {
			facts->bits |= F_RST_TAKEN;
			if (!(facts->bits & F_ACK_LOGGED))
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
 * The TCP header of what is freed, if it is the segment that was noted. TCP
 * does not tell of all that it frees, so another may have its memory by now;
 * TCP has the header in the linear part (tcp_v4_rcv()).
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

/**
 * tcpledger_track_freed() - TCP is done with a packet
 * @skb: the packet
 * @refused: it gave a reason for throwing it away
 * @checksum: the reason is the checksum
 * @ack_follows: after that reason TCP answers, see tcpledger_facts_done()
 *
 * Context: the tracepoint kfree_skb, preemption off.
 */
void tcpledger_track_freed(const struct sk_buff *skb, bool refused,
			   bool checksum, bool ack_follows)
{
	struct tcpledger_flight f, *own = this_cpu_ptr(&tcpledger_flight);
	struct tcpledger_net *tn = NULL;
	struct tcpledger_bucket *b;
	unsigned long flags;
	const u8 *th;
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
	/* Another namespace's record can have its place, bucket and id. */
	if (!tcpledger_table_has(b, f.c, f.id) ||
	    f.c->key.ports != tcpledger_ports_in(th) ||
	    f.index >= f.c->facts.log.n) {
		tcpledger_table_unlock(b, flags);
		return;
	}
	now = ktime_get_mono_fast_ns();
	tcpledger_conn_room(f.c);
	if (refused || (f.seg.flags & TCPLEDGER_RST &&
			!(f.c->facts.bits & (F_REQUEST | F_TIMEWAIT)))) {
		if (f.index != TCPLEDGER_LOG_NONE)
			tcpledger_facts_refused(&f.c->facts, now, f.index,
						checksum);
	} else if (f.c->facts.bits & F_TIMEWAIT) {
		tcpledger_timewait_done(f.c, now, &f);
	} else if (f.c->facts.bits & F_REQUEST) {
		request_done(f.c, now, &f);
	}
	tcpledger_facts_done(&f.c->facts, f.seg.flags, ack_follows);
	if (tcpledger_conn_settle(f.c))
		tn = f.c->tn;
	tcpledger_table_unlock(b, flags);
	if (tn)
		tcpledger_conn_trim(tn);
}
