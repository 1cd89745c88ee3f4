// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a segment that comes to its record: find or make the record, add the
 * segment to its facts, settle it. The hook is behind filter and NAT, so what they
 * drop is not seen.
 *
 * The usual segment, one of a known record, takes one straight way in one function
 * for each address family; everything unusual has functions of its own.
 */
#include "watch/segment_in.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/ktime.h>
#include <linux/netdevice.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>

#include "ledger/eviction.h"
#include "ledger/net.h"
#include "ledger/owner.h"
#include "ledger/shed.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/segment.h"
#include "watch/flight.h"
#include "watch/packet.h"
#include "watch/segment_late.h"

/*
 * Is this data or an ACK of an open connection? The socket that early demux found
 * tells. Without one (early demux does not look on loopback, and can be switched
 * off) the table's note of quiet endpoints tells, for sockets not bound to a
 * device.
 */
static bool is_quiet_v4(const struct sk_buff *skb, const void *ip,
			const u8 *th, const struct net *net)
{
	const struct iphdr *iph = ip;
	const struct sock *sk = skb->sk;

	return !(th[13] & TCPLEDGER_CONTROL || (sk ?
		 READ_ONCE(sk->sk_state) != TCP_ESTABLISHED :
		 inet_sdif(skb) ||
		 !tcpledger_table_quiet_v4(net->net_cookie, iph->daddr,
					   iph->saddr, tcpledger_ports_in(th))));
}

static bool is_quiet_v6(const struct sk_buff *skb, const void *ip,
			const u8 *th, const struct net *net)
{
	const struct ipv6hdr *ip6h = ip;
	const struct sock *sk = skb->sk;

	return !(th[13] & TCPLEDGER_CONTROL || (sk ?
		 READ_ONCE(sk->sk_state) != TCP_ESTABLISHED :
		 ip6h->nexthdr != IPPROTO_TCP || inet6_sdif(skb) ||
		 !tcpledger_table_quiet_v6(net->net_cookie, &ip6h->daddr,
					   &ip6h->saddr, tcpledger_ports_in(th))));
}

static bool takes_segments(const struct tcpledger_conn *c)
{
	return c && tcpledger_facts_live(&c->facts);
}

/*
 * Has the SYN's connection begun before: is it repeated, or does it cross ours? In a VRF
 * TCP looks sockets up by the device that the SYN came by, which is key.ifindex2.
 */
static bool is_second(const struct tcpledger_packet *p)
{
	struct tcpledger_key key = p->key;

	if (key.ifindex2)
		key.ifindex = key.ifindex2;
	return tcpledger_socket_begun(p->net, &key);
}

/* May the SYN begin a connection that gets a record? Its first SYN decides that. */
static bool in_scope(struct tcpledger_net *tn, const struct tcpledger_packet *p)
{
	if (likely(!tcpledger_scope_is_narrow(&tn->scope)))
		return true;
	if (!is_second(p))
		return tcpledger_scope_has_packet(tn, p->skb);
	tcpledger_count(tn, stray_segments);
	return false;
}

/*
 * A segment goes on with a handshake that has no record, because its SYN was shed: make
 * the record, with what was seen.
 */
static void resume(struct tcpledger_net *tn, struct tcpledger_packet *p,
		   const struct tcpledger_handshake *h)
{
	struct tcpledger_listeners l;
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c, *other;
	unsigned long flags;
	s64 answered_at;

	if (!READ_ONCE(tn->scope.enabled))
		return;
	p->key.ifindex = h->ifindex;
	answered_at = h->synack_at ?
		      tcpledger_socket_answered_at(p->net, &p->key) : 0;
	/* If TCP answered before it came, the SYN of the note is a second one. */
	if (answered_at && answered_at + NSEC_PER_USEC <= h->syn_at) {
		tcpledger_count(tn, stray_segments);
		return;
	}
	c = tcpledger_conn_new(tn, &p->key, h->syn_at, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_PASSIVE, true);
	if (!c)
		return;
	b = tcpledger_table_lock(&p->key, &flags);
	other = tcpledger_table_find(b, &p->key);
	if (unlikely(other && tcpledger_facts_live(&other->facts))) {
		/* Another CPU was faster: a repeated SYN, or a state change. */
		tcpledger_flight_arrive(other, ktime_get_mono_fast_ns(), p->skb,
					&p->seg, &p->opt);
		tcpledger_table_unlock(b, flags);
		tcpledger_conn_free(c);
		return;
	}
	tcpledger_conn_insert(c);
	tcpledger_shed_replay(c, h);
	if (h->synack_at && tcpledger_socket_listeners(p->net, &p->key, &l))
		tcpledger_owner_listener(&c->owner, l.any);
	tcpledger_flight_arrive(c, ktime_get_mono_fast_ns(), p->skb, &p->seg, &p->opt);
	tcpledger_table_unlock(b, flags);
}

/*
 * A SYN after a flood: was its connection's first one shed? Return: false if it is a
 * first SYN.
 */
static noinline bool was_shed(struct tcpledger_net *tn, struct tcpledger_packet *p)
{
	struct tcpledger_handshake h __tcpledger_unset;

	if (tcpledger_shed_take(&p->key, &p->seg, &h)) {
		resume(tn, p, &h);
		return true;
	}
	if (!is_second(p))
		return false;
	/* Its note is gone, or spoilt. */
	tcpledger_count(tn, stray_segments);
	return true;
}

/* A SYN that came for a tuple with no live record. */
static void first_syn(struct tcpledger_net *tn, struct tcpledger_packet *p)
{
	const struct net_device *dev = p->skb->dev;
	const bool flood = tcpledger_eviction_shed(&tn->lists);
	s64 now = ktime_get_mono_fast_ns();
	struct tcpledger_conn *c;

	/* The filter took the first SYN if there is a note of it. */
	if (unlikely(flood)) {
		tcpledger_shed_spoil(&p->key, &p->seg);
	} else if (unlikely(tcpledger_eviction_shed_lately(&tn->lists)) &&
		   was_shed(tn, p)) {
		return;
	}
	if (!in_scope(tn, p))
		return;
	/* The VRF it came by: a socket made of this SYN is bound to the VRF. */
	p->key.ifindex = netif_is_l3_master(dev) ? dev->ifindex : 0;
	if (unlikely(flood)) {
		tcpledger_shed_syn(&p->key, now, &p->seg, &p->opt);
		tcpledger_count(tn, shed);
		return;
	}
	c = tcpledger_conn_new(tn, &p->key, now, TCPLEDGER_STATE_CLOSE,
			       TCPLEDGER_ROLE_PASSIVE, true);
	if (c)
		tcpledger_flight_begin(c, &p->key, now, p->skb, &p->seg, &p->opt);
}

/* A segment without a live record. The bucket is locked, this unlocks it. */
static noinline void no_live_record(struct tcpledger_packet *p,
			     struct tcpledger_bucket *b,
			     struct tcpledger_conn *c, unsigned long flags)
	__releases(&b->lock)
{
	struct tcpledger_net *tn = tcpledger_net(p->net);
	struct tcpledger_handshake h __tcpledger_unset;
	bool known;

	known = tcpledger_segment_late(c, &p->seg);
	tcpledger_table_unlock(b, flags);
	if (!tcpledger_conn_allowed())
		return;
	tcpledger_count(tn, segments_in);
	if (known)
		return;
	if (tcpledger_is_syn(&p->seg))
		first_syn(tn, p);
	else if (unlikely(tcpledger_eviction_shed_lately(&tn->lists)) &&
		 tcpledger_shed_take(&p->key, &p->seg, &h))
		resume(tn, p, &h);
	else
		tcpledger_count(tn, stray_segments);
}

/*
 * The key tells where a packet came in, as TCP's own lookup sees it
 * (inet_sk_bound_dev_eq()). The record of a bound socket names its device or VRF.
 * A socket that is not bound gets the packets of a VRF only if the sysctl
 * tcp_l3mdev_accept says so.
 */
static __always_inline void handle(struct tcpledger_packet *p, const u8 *th,
				u32 thoff)
{
	struct tcpledger_bucket *b;
	struct tcpledger_conn *c;
	unsigned long flags;

	if (!tcpledger_packet_parse(p, th, thoff))
		return;
	p->seg.out = false;
	p->key.unbound = !p->key.ifindex2 ||
			 tcpledger_l3mdev_accept(p->net);
	b = tcpledger_table_lock(&p->key, &flags);
	c = tcpledger_table_find(b, &p->key);
	if (unlikely(!takes_segments(c))) {
		no_live_record(p, b, c, flags);
		return;
	}
	tcpledger_flight_arrive(c, ktime_get_mono_fast_ns(), p->skb, &p->seg, &p->opt);
	/* It was quiet before, but another endpoint has the bucket's note. */
	if (unlikely(c->quiet && !(p->seg.flags & TCPLEDGER_CONTROL)))
		tcpledger_table_set_quiet(&c->key, true);
	tcpledger_count(c->tn, segments_in);
	tcpledger_table_unlock(b, flags);
}

static noinline void handle_v4(const struct sk_buff *skb,
			    const struct nf_hook_state *state, const u8 *th,
			    u32 thoff)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;

	p.net = state->net;
	p.skb = skb;
	p.seg.ttl = iph->ttl;
	tcpledger_key_v4(&p.key, p.net->net_cookie, iph->daddr, iph->saddr,
			 tcpledger_ports_in(th));
	p.key.ifindex = inet_iif(skb);
	p.key.ifindex2 = inet_sdif(skb);
	handle(&p, th, thoff);
}

/**
 * tcpledger_hook_in4() - an IPv4 packet is for this host
 * @priv: unused
 * @skb: the packet
 * @state: of the hook
 *
 * Context: LOCAL_IN: softirq, or a task with BH on (NFQUEUE).
 * Return: NF_ACCEPT.
 */
unsigned int tcpledger_hook_in4(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);

	if (iph->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	tcpledger_flight_forget();
	return tcpledger_packet_pass(skb, state, iph,
				     (const u8 *)iph + iph->ihl * 4,
				     is_quiet_v4, handle_v4);
}

/*
 * IPv6 reads a routing header after this hook. If the route has segments left and
 * also ends at this host (type 2 always does), TCP gets the packet without a second
 * pass through the hook. Else the packet goes on and is not TCP's.
 */
static bool for_this_host(const struct sk_buff *skb, struct net *net,
			  const struct in6_addr **to, struct in6_addr *last)
{
	u8 left;
	bool known = tcpledger_packet_addressee6(skb, last, &left);

	if (!left)
		return true;
	*to = last;
	return known && nf_ipv6_chk_addr(net, last, NULL, 0);
}

static noinline void handle_v6(const struct sk_buff *skb,
			    const struct nf_hook_state *state, const u8 *th,
			    u32 thoff)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;
	const struct in6_addr *to = &ip6h->daddr;
	struct in6_addr last;

	if (unlikely(ip6h->nexthdr != IPPROTO_TCP) &&
	    !for_this_host(skb, state->net, &to, &last))
		return;
	p.net = state->net;
	p.skb = skb;
	p.seg.ttl = ip6h->hop_limit;
	tcpledger_key_v6(&p.key, p.net->net_cookie, to, &ip6h->saddr,
			 tcpledger_ports_in(th));
	p.key.ifindex = inet6_iif(skb);
	p.key.ifindex2 = inet6_sdif(skb);
	handle(&p, th, thoff);
	/* If this is a first fragment, TCP waits for the others. */
	if (unlikely(ip6h->nexthdr != IPPROTO_TCP))
		this_cpu_write(tcpledger_flight.when, 0);
}

/**
 * tcpledger_hook_in6() - an IPv6 packet is for this host
 * @priv: unused
 * @skb: the packet
 * @state: of the hook
 *
 * Context: LOCAL_IN: softirq, or a task with BH on (NFQUEUE).
 * Return: NF_ACCEPT.
 */
unsigned int tcpledger_hook_in6(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	int thoff = tcpledger_packet_offset6(skb);

	if (thoff < 0)
		return NF_ACCEPT;
	tcpledger_flight_forget();
	return tcpledger_packet_pass(skb, state, ipv6_hdr(skb),
				     skb->data + thoff, is_quiet_v6, handle_v6);
}
