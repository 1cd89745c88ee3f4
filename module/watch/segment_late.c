// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments that come too late: for a connection that is over, or data for a
 * program that has closed.
 */
#include "watch/segment_late.h"

#include <linux/ktime.h>
#include <linux/tcp.h>

#include "ledger/conn.h"
#include "ledger/settle.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"
#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"
#include "watch/flight.h"
#include "watch/packet.h"

/**
 * tcpledger_segment_late() - log a segment of a connection that is over
 * @c: the newest record of its key, bucket locked; or NULL
 * @seg: the segment
 *
 * Logs a SYN/ACK, FIN or RST, as long as it can belong to that connection. Logs
 * also the SYN for which TPROXY ended the timewait socket, though that SYN begins
 * another connection.
 * Context: a hook.
 * Return: true if the segment belongs to the connection that is over alone.
 */
bool tcpledger_segment_late(struct tcpledger_conn *c,
			    const struct tcpledger_segment *seg)
{
	const bool syn = tcpledger_is_syn(seg);
	s64 now;

	if (!c || tcpledger_facts_live(&c->facts) ||
	    !(seg->flags & (TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)))
		return false;
	if (syn) {
		/* The connection that it begins may get no record. */
		c->followed |= !seg->other;
		if (seg->out || !c->taken)
			return false;
	} else if (c->followed) {
		return false;
	}
	now = ktime_get_mono_fast_ns();
	if (now - c->facts.ended_at > (syn ? TCPLEDGER_TAKEN_NS :
					  TCPLEDGER_LATE_NS))
		return false;
	tcpledger_conn_room(c);
	if (syn) {
		c->taken = false;
		tcpledger_facts_log_takeover(&c->facts, now, seg);
	} else {
		tcpledger_facts_log_late(&c->facts, now, seg);
	}
	tcpledger_conn_settle(c);
	return !syn;
}

/* Bucket locked. */
static void late_data(struct tcpledger_conn *c, const struct sock *sk,
		      const struct sk_buff *skb,
		      const struct tcpledger_segment *seg)
{
	struct tcpledger_flight *f = tcpledger_flight_of(c);
	bool flies = f && f->skb == skb;
	int i = flies ? f->index : tcpledger_facts_find_in(&c->facts, seg);

	tcpledger_conn_room(c);
	i = tcpledger_facts_log_late_data(&c->facts, ktime_get_mono_fast_ns(),
					  seg, i, tcp_sk(sk)->rcv_nxt);
	if (flies)
		f->index = i;
}

/**
 * tcpledger_segment_late_data() - TCP resets a connection, and no RST came
 * @sk: the socket, not yet closed
 * @skb: what came: data for a program that has closed
 *
 * The hook saw this segment a moment ago, or long before if it waited in the
 * socket's backlog, and took it for data like any other.
 * Context: kprobe on tcp_reset(), preemption off.
 */
void tcpledger_segment_late_data(const struct sock *sk,
				 const struct sk_buff *skb)
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
	if (c)
		late_data(c, sk, skb, &seg);
	tcpledger_table_unlock(b, flags);
}
