// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a segment that leaves to its record: find or make the record, add the
 * segment to its facts, settle it. The hook is before filter and NAT, so what TCP
 * emitted is seen even if it is dropped later.
 *
 * The usual segment, one of a known record, takes one straight way in one function
 * for each address family; everything unusual has functions of its own.
 */
#include "watch/segment_out.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/tcp.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/request_sock.h>
#include <net/route.h>
#include <net/tcp.h>

#include "ledger/eviction.h"
#include "ledger/net.h"
#include "ledger/settle.h"
#include "ledger/shed.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/facts_end.h"
#include "verdict/facts_out.h"
#include "verdict/facts_state.h"
#include "watch/flight.h"
#include "watch/packet.h"
#include "watch/pending.h"
#include "watch/segment_late.h"
#include "watch/timewait.h"

/*
 * Is this data or an ACK of an open connection, by its socket alone?
 *
 * The ACK that ends an active open leaves when the socket is ESTABLISHED already.
 * It is the second segment, the third after a simultaneous open, retransmissions
 * not counted: so a socket is quiet from the fourth on.
 */
static __always_inline bool is_quiet_socket(const struct sock *sk, const u8 *th)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	/*
	 * The difference wraps as its parts do. A child's can be just below 0: of
	 * its SYN/ACKs only the retransmissions are counted.
	 */
	return (u32)(tp->segs_out - tp->total_retrans) - 4 < 0xffff0000U &&
	       !tcpledger_conn_expected(tcpledger_ports_out(th));
}

/* Is it from an open TCP socket, and no SYN, FIN or RST? Only then it can be quiet. */
static bool open_socket(const struct sock *sk, u8 flags)
{
	return !(flags & TCPLEDGER_CONTROL) && sk &&
	       READ_ONCE(sk->sk_state) == TCP_ESTABLISHED && sk_is_tcp(sk);
}

static bool is_quiet_v4(const struct sk_buff *skb, const void *ip,
			const u8 *th, const struct net *net)
{
	const struct iphdr *iph = ip;
	const struct sock *sk = skb->sk;

	return open_socket(sk, th[13]) &&
	       (likely(is_quiet_socket(sk, th)) ||
		(!READ_ONCE(sk->sk_bound_dev_if) && iph->ihl == 5 &&
		 tcpledger_table_quiet_v4(net->net_cookie, iph->saddr,
					  iph->daddr, tcpledger_ports_out(th))));
}

static bool is_quiet_v6(const struct sk_buff *skb, const void *ip,
			const u8 *th, const struct net *net)
{
	const struct ipv6hdr *ip6h = ip;
	const struct sock *sk = skb->sk;

	return open_socket(sk, th[13]) &&
	       (likely(is_quiet_socket(sk, th)) ||
		(!READ_ONCE(sk->sk_bound_dev_if) &&
		 ip6h->nexthdr == IPPROTO_TCP &&
		 tcpledger_table_quiet_v6(net->net_cookie, &ip6h->saddr,
					  &ip6h->daddr, tcpledger_ports_out(th))));
}

/*
 * A VRF shows a packet to LOCAL_OUT twice: first on its own device, then, if
 * the route is not local, on the real one. Only the last pass counts.
 */
static bool will_pass_again(const struct sk_buff *skb,
			    const struct net_device *out, bool v6)
{
	const struct dst_entry *dst = skb_dst(skb);

	if (likely(!out || !netif_is_l3_master(out)) || !dst)
		return false;
	if (v6)
		return !(((const struct rt6_info *)dst)->rt6i_flags &
			 RTF_LOCAL);
	return !(((const struct rtable *)dst)->rt_flags & RTCF_LOCAL);
}

/*
 * Is it a socket that TCP answers for, and not one that sends: a request or timewait
 * socket, or the listener that a segment found?
 */
static bool answered_for(const struct sock *sk)
{
	return (1 << READ_ONCE(sk->sk_state)) &
	       (TCPF_TIME_WAIT | TCPF_NEW_SYN_RECV | TCPF_LISTEN);
}

/*
 * Did TCP emit this, or a raw socket, netfilter's REJECT, IPVS? And if TCP,
 * which of its sockets?
 *
 * TCP sends from the socket of the connection. Where there is none, TCP answers
 * from its kernel socket, which on IPv6 only the hook's state names, or, in later
 * kernels, in the name of the socket that it answers for. A SYN cookie on IPv4 has no
 * socket at all.
 */
static __always_inline void describe_emitter(struct tcpledger_packet *p,
					     const struct sock *state, bool v6)
{
	const u8 mask = TCPLEDGER_SYN | TCPLEDGER_ACK;
	const bool synack = (p->seg.flags & mask) == mask;
	const struct sock *sk = p->skb->sk;

	p->sk = NULL;
	if (!sk) {
		p->seg.other = v6 ?
			!state || (state != p->net->ipv6.tcp_sk &&
				   READ_ONCE(state->sk_state) != TCP_LISTEN) :
			!synack;
		p->seg.cookie = synack && !p->seg.other;
	} else if (answered_for(sk)) {
		p->seg.request = synack &&
				 READ_ONCE(sk->sk_state) == TCP_NEW_SYN_RECV;
		if (READ_ONCE(sk->sk_state) == TCP_NEW_SYN_RECV)
			p->sk = sk;
	} else if (sk_is_tcp(sk)) {
		p->seg.fastopen = synack && tcp_passive_fastopen(sk);
		p->sk = sk;
	} else {
		p->seg.other = !sk->sk_kern_sock || sk->sk_type != SOCK_RAW ||
			       sk->sk_protocol != IPPROTO_TCP;
	}
}

/*
 * The device that a packet leaves by, as TCP's lookup would see it if the packet
 * came back (inet_sk_bound_dev_eq()). A record whose SYN came names its VRF or no
 * device until the SYN/ACK leaves, then the device of its socket. In a VRF a record
 * without a device is one of the default table.
 */
static __always_inline void devices_out(struct tcpledger_packet *p,
					const struct net_device *out)
{
	p->key.ifindex = p->sk ? READ_ONCE(p->sk->sk_bound_dev_if) :
				 out ? out->ifindex : 0;
	p->key.ifindex2 = 0;
	p->key.unbound = false;
	if (likely(!p->key.ifindex) || (p->sk && !tcpledger_is_synack(&p->seg)))
		return;
	p->key.ifindex2 = out ? l3mdev_master_ifindex_rcu(out) : 0;
	p->key.unbound = !p->key.ifindex2 || tcpledger_l3mdev_accept(p->net);
}

/*
 * Is this a SYN of the connect() that its socket is in? Not if a queue of a VRF's
 * device held the SYN until the socket was closed, nor if somebody changed its
 * addresses: a record of such a SYN would never end.
 */
static bool connects(const struct tcpledger_packet *p)
{
	const struct sock *sk = p->sk;

	return tcpledger_is_syn(&p->seg) && !p->seg.other && sk &&
	       READ_ONCE(sk->sk_state) == TCP_SYN_SENT &&
	       tcpledger_common_tuple(&p->key, &sk->__sk_common,
				      tcpledger_socket_ports(sk));
}

/*
 * May the SYN begin a connection that gets a record? Without a note of its connect()
 * it is repeated, and the connection was judged by its first SYN.
 */
static bool in_scope(struct tcpledger_net *tn, const struct tcpledger_packet *p,
		     bool is_first)
{
	if (likely(!tcpledger_scope_is_narrow(&tn->scope)))
		return true;
	if (is_first)
		return tcpledger_scope_has_packet(tn, p->skb);
	tcpledger_count(tn, stray_segments);
	return false;
}

/* The first SYN of a connect(), or one whose record was not kept. */
static void first_syn(struct tcpledger_net *tn, struct tcpledger_packet *p)
{
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_pending pending __tcpledger_unset;
	struct tcpledger_conn *c, *old;
	struct tcpledger_bucket *b;
	unsigned long flags;
	bool known, ended = false;

	known = tcpledger_pending_take(p->sk, &pending);
	if (!known)
		pending.when = now;
	if (!in_scope(tn, p, known))
		return;
	c = tcpledger_conn_new(tn, &p->key, pending.when,
			       TCPLEDGER_STATE_CLOSE, TCPLEDGER_ROLE_ACTIVE,
			       true);
	if (!c)
		return;
	c->sk = p->sk;
	if (known)
		c->owner = pending.owner;
	tcpledger_facts_state(&c->facts, pending.when, TCPLEDGER_STATE_CLOSE,
			      TCPLEDGER_STATE_SYN_SENT, 0, true);

	b = tcpledger_table_lock(&p->key, &flags);
	old = tcpledger_table_find(b, &p->key);
	if (unlikely(old && tcpledger_facts_live(&old->facts))) {
		/* TCP gave the tuple away, so the old socket's end was missed. */
		if (old->facts.bits & HELD_BY_TIMEWAIT)
			tcpledger_timewait_missed(old, now,
						  TCPLEDGER_EXIT_REUSED,
						  TCPLEDGER_LOG_NONE);
		else
			tcpledger_facts_end(&old->facts, now,
					    TCPLEDGER_CAUSE_UNKNOWN,
					    TCPLEDGER_LOG_NONE,
					    TCPLEDGER_OUTCOME_ABORTED);
		ended = tcpledger_conn_settle(old);
	}
	tcpledger_conn_insert(c);
	tcpledger_conn_prepare(c, now, p->seg.flags);
	tcpledger_facts_out(&c->facts, now, &p->seg, &p->opt);
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, flags);
	if (ended)
		tcpledger_conn_trim(tn);
}

/* What the socket that emits a segment tells about its record. */
static inline void note_socket(struct tcpledger_conn *c, const struct tcpledger_packet *p)
{
	const struct sock *sk = p->sk;

	if (tcpledger_is_synack(&p->seg) && c->facts.role == TCPLEDGER_ROLE_PASSIVE) {
		c->request_expired_at = 0;
		if (sk)
			c->key.ifindex = p->key.ifindex;
	}
	if (!sk)
		return;
	if (sk->sk_state == TCP_NEW_SYN_RECV) {
		if (!c->owner.cgroup && !c->owner.actor.tgid)
			tcpledger_owner_listener(&c->owner,
				inet_reqsk((struct sock *)sk)->rsk_listener);
	} else if (!c->sk && !(p->seg.flags & TCPLEDGER_RST)) {
		/* An RST may be the end of a socket that was never the record's. */
		c->sk = sk;
	}
}

/* Our RST: it answers a SYN to a closed port, or may end a request. */
static noinline void ends(struct tcpledger_conn *c, s64 now,
			  const struct tcpledger_packet *p)
{
	if (p->seg.other || c->facts.role != TCPLEDGER_ROLE_PASSIVE ||
	    !tcpledger_facts_live(&c->facts))
		return;
	if (c->facts.state == TCPLEDGER_STATE_CLOSE)
		tcpledger_facts_end(&c->facts, now, TCPLEDGER_CAUSE_SEGMENT,
				    TCPLEDGER_LOG_NONE,
				    TCPLEDGER_OUTCOME_REFUSED);
	else if (c->facts.bits & HELD_BY_REQUEST)
		c->request_expired_at = now;	/* half_open.c looks for the request */
}

/* Bucket locked. Return: as tcpledger_conn_settle(). */
static __always_inline bool leave(struct tcpledger_conn *c, s64 now,
				  const struct tcpledger_packet *p)
{
	if (likely(!p->seg.other))
		note_socket(c, p);
	if (unlikely(c->facts.log.dropped))
		tcpledger_flight_answered(c, now, &p->seg);
	tcpledger_conn_prepare(c, now, p->seg.flags);
	tcpledger_facts_out(&c->facts, now, &p->seg, &p->opt);
	if (unlikely(p->seg.flags & TCPLEDGER_RST))
		ends(c, now, p);
	return tcpledger_conn_settle(c);
}

/* Bucket locked. Is the segment one of this record? */
static bool belongs(const struct tcpledger_conn *c,
		    const struct tcpledger_packet *p)
{
	if (!c)
		return false;
	if (tcpledger_facts_live(&c->facts))
		return !tcpledger_is_syn(&p->seg) || p->seg.other ||
		       c->sk == p->sk;
	/* Our RST leaves after the change to CLOSE that it belongs to. */
	return p->seg.flags & TCPLEDGER_RST && !p->seg.other &&
	       tcpledger_facts_rst_due(&c->facts, ktime_get_mono_fast_ns());
}

/*
 * A SYN/ACK leaves from the tuple of a timewait socket: if a SYN took the tuple
 * over, make the record that the SYN/ACK belongs to. Bucket locked, unlocked
 * meanwhile.
 */
static struct tcpledger_conn *
taken_over(struct tcpledger_net *tn, const struct tcpledger_packet *p,
	   struct tcpledger_bucket *b, struct tcpledger_conn *c,
	   unsigned long *flags)
{
	struct tcpledger_key key = c->key;
	struct tcpledger_flight syn;

	if (!tcpledger_timewait_taken_over(c, &syn))
		return c;
	tcpledger_conn_settle(c);
	tcpledger_table_unlock(b, *flags);
	tcpledger_flight_takeover(tn, &key, &syn);
	tcpledger_conn_trim(tn);
	tcpledger_table_lock(&p->key, flags);
	return tcpledger_table_find(b, &p->key);
}

/*
 * As leave(). An ACK can show that a timewait socket took the peer's FIN and no
 * probe told.
 */
static bool leave_timewait(struct tcpledger_conn *c, s64 now,
			   const struct tcpledger_packet *p)
{
	const s64 since = c->facts.since;
	const u8 was = c->facts.state;
	bool ended = leave(c, now, p);

	if (was == TCPLEDGER_STATE_FIN_WAIT2 &&
	    c->facts.state == TCPLEDGER_STATE_TIME_WAIT) {
		tcpledger_count(c->tn, missed_timewait);
		tcpledger_stats_time(c->tn->stats, TCPLEDGER_HIST_FIN_WAIT2,
				     c->facts.since - since);
	}
	return ended;
}

/*
 * The record of the emitting socket, if @c is not live: the socket may be bound to
 * another device since its SYN left. Bucket locked.
 */
static struct tcpledger_conn *by_socket(const struct tcpledger_bucket *b,
					struct tcpledger_conn *c,
					const struct tcpledger_packet *p)
{
	struct tcpledger_conn *own;

	if (!p->sk || (c && tcpledger_facts_live(&c->facts)))
		return c;
	own = tcpledger_table_of_socket(b, p->sk, p->key.ports);
	return own ? own : c;
}

/*
 * No live record, or a segment that may not belong to it, see usual(). The bucket
 * is locked, this unlocks it.
 */
static noinline void unusual(struct tcpledger_packet *p,
			     struct tcpledger_bucket *b,
			     struct tcpledger_conn *c, unsigned long flags)
	__releases(&b->lock)
{
	struct tcpledger_net *tn = tcpledger_net(p->net);
	bool known, ended = false;

	if (!tcpledger_conn_allowed()) {
		tcpledger_table_unlock(b, flags);
		return;
	}
	tcpledger_count(tn, segments_out);
	c = by_socket(b, c, p);
	if (c && c->facts.bits & HELD_BY_TIMEWAIT && tcpledger_is_synack(&p->seg) &&
	    !p->seg.other)
		c = taken_over(tn, p, b, c, &flags);
	known = belongs(c, p);
	if (known)
		ended = leave_timewait(c, ktime_get_mono_fast_ns(), p);
	else
		known = tcpledger_segment_late(c, &p->seg);
	tcpledger_table_unlock(b, flags);
	if (ended)
		tcpledger_conn_trim(tn);
	if (known)
		return;
	if (connects(p)) {
		first_syn(tn, p);
		return;
	}
	if (unlikely(tcpledger_eviction_shed_lately(&tn->lists)) &&
	    tcpledger_is_synack(&p->seg) && !p->seg.other)
		tcpledger_shed_synack(&p->key, ktime_get_mono_fast_ns(), &p->seg,
				      &p->opt);
	tcpledger_count(tn, stray_segments);
}

/* Does it belong to this live record without a second look? Bucket locked. */
static bool usual(const struct tcpledger_conn *c,
		  const struct tcpledger_segment *seg)
{
	return c && tcpledger_facts_live(&c->facts) &&
	       !(c->facts.bits & HELD_BY_TIMEWAIT) && !tcpledger_is_syn(seg) &&
	       !seg->other;
}

static __always_inline void handle(struct tcpledger_packet *p,
				const struct nf_hook_state *state, const u8 *th,
				u32 thoff, bool v6)
{
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;
	bool ended;

	if (will_pass_again(p->skb, state->out, v6) ||
	    !tcpledger_packet_parse(p, th, thoff))
		return;
	p->seg.out = true;
	describe_emitter(p, state->sk, v6);
	devices_out(p, state->out);
	b = tcpledger_table_lock(&p->key, &flags);
	c = tcpledger_table_find(b, &p->key);
	if (unlikely(!usual(c, &p->seg))) {
		unusual(p, b, c, flags);
		return;
	}
	ended = leave(c, ktime_get_mono_fast_ns(), p);
	tcpledger_count(c->tn, segments_out);
	tcpledger_table_unlock(b, flags);
	if (unlikely(ended))
		tcpledger_conn_trim(tcpledger_net(p->net));
}

static noinline void handle_v4(const struct sk_buff *skb,
			    const struct nf_hook_state *state, const u8 *th,
			    u32 thoff)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;
	__be32 to = iph->daddr;

	if (unlikely(iph->ihl > 5))
		to = tcpledger_packet_addressee4(skb);
	p.net = state->net;
	p.skb = skb;
	p.seg.ttl = iph->ttl;
	tcpledger_key_v4(&p.key, p.net->net_cookie, iph->saddr, to,
			 tcpledger_ports_out(th));
	handle(&p, state, th, thoff, false);
}

/**
 * tcpledger_hook_out4() - an IPv4 packet of this host leaves
 * @priv: unused
 * @skb: the packet
 * @state: of the hook
 *
 * Context: LOCAL_OUT: a task with BH on, a softirq or a timer.
 * Return: NF_ACCEPT.
 */
unsigned int tcpledger_hook_out4(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_OFFSET))
		return NF_ACCEPT;
	return tcpledger_packet_pass(skb, state, iph,
				     (const u8 *)iph + iph->ihl * 4,
				     is_quiet_v4, handle_v4);
}

static noinline void handle_v6(const struct sk_buff *skb,
			    const struct nf_hook_state *state, const u8 *th,
			    u32 thoff)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;
	const struct in6_addr *to = &ip6h->daddr;
	struct in6_addr last;
	u8 left;

	if (unlikely(ip6h->nexthdr != IPPROTO_TCP) &&
	    tcpledger_packet_addressee6(skb, &last, &left))
		to = &last;
	p.net = state->net;
	p.skb = skb;
	p.seg.ttl = ip6h->hop_limit;
	tcpledger_key_v6(&p.key, p.net->net_cookie, &ip6h->saddr, to,
			 tcpledger_ports_out(th));
	handle(&p, state, th, thoff, true);
}

/**
 * tcpledger_hook_out6() - an IPv6 packet of this host leaves
 * @priv: unused
 * @skb: the packet
 * @state: of the hook
 *
 * Context: LOCAL_OUT: a task with BH on, a softirq or a timer.
 * Return: NF_ACCEPT.
 */
unsigned int tcpledger_hook_out6(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	int thoff = tcpledger_packet_offset6(skb);

	if (thoff < 0)
		return NF_ACCEPT;
	return tcpledger_packet_pass(skb, state, ipv6_hdr(skb),
				     skb->data + thoff, is_quiet_v6, handle_v6);
}
