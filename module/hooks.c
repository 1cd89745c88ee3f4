// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks: what reaches TCP, and what TCP emits.
 *
 * In: after filter and NAT, so what is dropped there is not seen. Out: before
 * them, so what TCP emitted is seen even if it is dropped later. Every hook
 * always accepts. Most segments carry data of an open connection; they leave
 * through the fast path after a look at the flags and the socket.
 *
 * A hook may run in a task with BH on (NFQUEUE reinjects there, sendmsg()
 * sends there), in a softirq, in a timer. The socket is not locked; of it only
 * what cannot change or may race is read.
 */
#include "hooks.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <linux/tcp.h>
#include <net/ip6_fib.h>
#include <net/ipv6.h>
#include <net/l3mdev.h>
#include <net/route.h>
#include <net/tcp.h>

#include "compat.h"
#include "netns.h"
#include "segment.h"
#include "socket.h"
#include "table.h"
#include "track.h"

/* Right before conntrack's confirm, which is last. */
#define PRI_IN	(INT_MAX - 2)
#define PRI_OUT	INT_MIN

#define CONTROL	(TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)

static bool ready;	/* the probes run: from now on records are complete */

typedef void see_fn(const struct sk_buff *skb,
		    const struct nf_hook_state *state, const u8 *th,
		    u32 thoff);

static bool in_one_piece(const struct sk_buff *skb, const u8 *th)
{
	return likely(th + TCPLEDGER_TCPHDR_LEN <= skb_tail_pointer(skb));
}

/* The TCP header is not in one piece, or not there. */
static noinline void see_copy(const struct sk_buff *skb,
			      const struct nf_hook_state *state, u32 thoff,
			      see_fn *see)
{
	u8 buf[TCPLEDGER_TCPHDR_LEN] __tcpledger_unset;
	const u8 *th = skb_header_pointer(skb, thoff, sizeof(buf), buf);

	if (th)
		see(skb, state, th, thoff);
}

static noinline void parse_options(struct tcpledger_packet *p,
				   const struct sk_buff *skb, const u8 *th,
				   u32 thoff)
{
	u32 len = (th[12] >> 4) * 4 - TCPLEDGER_TCPHDR_LEN;
	u8 buf[TCPLEDGER_TCPOPT_MAX] __tcpledger_unset;
	const u8 *options;

	options = skb_header_pointer(skb, thoff + TCPLEDGER_TCPHDR_LEN, len,
				     buf);
	tcpledger_options_parse(&p->opt, options ? options : buf,
				options ? len : 0);
}

/*
 * A header that is longer than the segment: hostile, or a first fragment.
 *
 * IPv6 puts fragments together behind LOCAL_IN (unless conntrack did before).
 * Here a segment in pieces is its first piece: it has the TCP header, else
 * IPv6 drops it (RFC 8200 section 4.5, ipv6frag_thdr_truncated()), but options
 * may be in the next.
 */
static noinline bool parse_piece(struct tcpledger_packet *p,
				 const struct sk_buff *skb, const u8 *th)
{
	return p->key.v6 && ipv6_hdr(skb)->nexthdr == NEXTHDR_FRAGMENT &&
	       tcpledger_segment_parse(&p->seg, th, (th[12] >> 4) * 4);
}

static inline bool parse(struct tcpledger_packet *p, const struct sk_buff *skb,
		  const u8 *th, u32 thoff)
{
	if (unlikely(!tcpledger_segment_parse(&p->seg, th,
					      skb->len - thoff)) &&
	    !parse_piece(p, skb, th)) {
		tcpledger_count(tcpledger_net(p->net), malformed_segments);
		return false;
	}
	p->skb = skb;
	p->seg.other = false;
	p->seg.cookie = false;
	p->seg.request = false;
	p->seg.fastopen = false;
	if (p->seg.flags & TCPLEDGER_SYN)
		parse_options(p, skb, th, thoff);
	return true;
}

/* Source and destination port are own and peer's when it leaves. */
static u32 ports_out(const u8 *th)
{
	return get_unaligned((const u32 *)th);
}

static u32 ports_in(const u8 *th)
{
	return ror32(ports_out(th), 16);
}

/*
 * Data or an ACK of an open connection, as early demux found it. Where it did
 * not look (it does not on loopback, and can be switched off), the table's
 * note of quiet endpoints tells, for sockets not bound to a device.
 *
 * It takes the place of the segment in flight: TCP is done with that one, and
 * its memory may be this one's.
 */
static bool boring_in4(const struct sk_buff *skb, const struct iphdr *iph,
		       const u8 *th, const struct net *net)
{
	const struct sock *sk = skb->sk;

	if (th[13] & CONTROL || (sk ?
	    READ_ONCE(sk->sk_state) != TCP_ESTABLISHED :
	    inet_sdif(skb) || !tcpledger_table_quiet_v4(net->net_cookie,
				iph->daddr, iph->saddr, ports_in(th))))
		return false;
	this_cpu_write(tcpledger_flight.skb, NULL);
	return true;
}

static bool boring_in6(const struct sk_buff *skb, const struct ipv6hdr *ip6h,
		       const u8 *th, const struct net *net)
{
	const struct sock *sk = skb->sk;

	if (th[13] & CONTROL || (sk ?
	    READ_ONCE(sk->sk_state) != TCP_ESTABLISHED :
	    inet6_sdif(skb) || !tcpledger_table_quiet_v6(net->net_cookie,
				&ip6h->daddr, &ip6h->saddr, ports_in(th))))
		return false;
	this_cpu_write(tcpledger_flight.skb, NULL);
	return true;
}

/*
 * Where a packet came in is in the key, as TCP's own lookup sees it: a bound
 * socket's record names the device or the VRF; an unbound one is not for a
 * VRF's packets, unless tcp_l3mdev_accept says so (inet_sk_bound_dev_eq()).
 */
static inline void see_in(struct tcpledger_packet *p, const struct sk_buff *skb,
		   const u8 *th, u32 thoff)
{
	if (!READ_ONCE(ready) || !parse(p, skb, th, thoff))
		return;
	p->seg.out = false;
	p->sk = NULL;
	p->key.unbound = !p->key.ifindex2 ||
			 READ_ONCE(p->net->ipv4.sysctl_tcp_l3mdev_accept);
	p->domain = netif_is_l3_master(skb->dev) ? skb->dev->ifindex : 0;
	tcpledger_track_in(p);
}

static void see_in4(const struct sk_buff *skb,
		    const struct nf_hook_state *state, const u8 *th, u32 thoff)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;

	p.net = state->net;
	p.seg.ttl = iph->ttl;
	tcpledger_key_v4(&p.key, p.net->net_cookie, iph->daddr, iph->saddr,
			 ports_in(th));
	p.key.ifindex = inet_iif(skb);
	p.key.ifindex2 = inet_sdif(skb);
	see_in(&p, skb, th, thoff);
}

static unsigned int hook_in4(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u8 *th;

	if (iph->protocol != IPPROTO_TCP)
		return NF_ACCEPT;
	th = (const u8 *)iph + iph->ihl * 4;
	if (!in_one_piece(skb, th))
		see_copy(skb, state, th - skb->data, see_in4);
	else if (!boring_in4(skb, iph, th, state->net))
		see_in4(skb, state, th, th - skb->data);
	return NF_ACCEPT;
}

/*
 * Where TCP begins behind the IPv6 header.
 *
 * Return: its offset, or a negative number: not TCP, or a later fragment.
 */
static int offset6(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	unsigned short fragment = 0;
	unsigned int offset = 0;
	int nexthdr;

	if (likely(ip6h->nexthdr == IPPROTO_TCP))
		return skb_network_offset(skb) + sizeof(*ip6h);
	offset = skb_network_offset(skb);
	nexthdr = ipv6_find_hdr(skb, &offset, IPPROTO_TCP, &fragment, NULL);
	return nexthdr == IPPROTO_TCP && !fragment ? (int)offset : -1;
}

static void see_in6(const struct sk_buff *skb,
		    const struct nf_hook_state *state, const u8 *th, u32 thoff)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;

	p.net = state->net;
	p.seg.ttl = ip6h->hop_limit;
	tcpledger_key_v6(&p.key, p.net->net_cookie, &ip6h->daddr,
			 &ip6h->saddr, ports_in(th));
	p.key.ifindex = inet6_iif(skb);
	p.key.ifindex2 = inet6_sdif(skb);
	see_in(&p, skb, th, thoff);
}

static unsigned int hook_in6(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	int thoff = offset6(skb);
	const u8 *th = skb->data + thoff;

	if (thoff < 0)
		return NF_ACCEPT;
	if (!in_one_piece(skb, th))
		see_copy(skb, state, thoff, see_in6);
	else if (!boring_in6(skb, ipv6_hdr(skb), th, state->net))
		see_in6(skb, state, th, thoff);
	return NF_ACCEPT;
}

/*
 * Data or an ACK of an open connection, by its socket alone.
 *
 * The third ACK of an active open leaves when the socket is ESTABLISHED
 * already; until the third segment after the last retransmission it is not
 * boring. SYN: first, ACK: second, and third after a simultaneous open.
 */
static bool boring_socket(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (s32)(tp->segs_out - tp->total_retrans) > 3 &&
	       !atomic_read(&tcpledger_expecting);
}

/* Can the socket, or the note of its endpoint, say that a segment is boring? */
static bool open_socket(const struct sock *sk, u8 flags)
{
	return !(flags & CONTROL) && sk &&
	       READ_ONCE(sk->sk_state) == TCP_ESTABLISHED && sk_is_tcp(sk);
}

static bool boring_out4(const struct sk_buff *skb, const struct iphdr *iph,
			const u8 *th, const struct net *net)
{
	const struct sock *sk = skb->sk;

	return open_socket(sk, th[13]) &&
	       (likely(boring_socket(sk)) ||
		(!READ_ONCE(sk->sk_bound_dev_if) &&
		 tcpledger_table_quiet_v4(net->net_cookie, iph->saddr,
					  iph->daddr, ports_out(th))));
}

static bool boring_out6(const struct sk_buff *skb, const struct ipv6hdr *ip6h,
			const u8 *th, const struct net *net)
{
	const struct sock *sk = skb->sk;

	return open_socket(sk, th[13]) &&
	       (likely(boring_socket(sk)) ||
		(!READ_ONCE(sk->sk_bound_dev_if) &&
		 tcpledger_table_quiet_v6(net->net_cookie, &ip6h->saddr,
					  &ip6h->daddr, ports_out(th))));
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
 * Did TCP emit this, or a raw socket, netfilter's REJECT, IPVS? And if TCP,
 * which of its sockets?
 *
 * TCP sends from the socket, or answers for one that is not there: from its
 * own kernel socket, on IPv6 named only by the state. A SYN cookie on IPv4
 * has no socket at all.
 */
static inline void describe_emitter(struct tcpledger_packet *p,
			     const struct sk_buff *skb, const struct sock *state)
{
	const u8 mask = TCPLEDGER_SYN | TCPLEDGER_ACK;
	const bool synack = (p->seg.flags & mask) == mask;
	const struct sock *sk = skb->sk;

	p->sk = NULL;
	if (!sk) {
		p->seg.other = p->key.v6 ?
			!state || (state != p->net->ipv6.tcp_sk &&
				   READ_ONCE(state->sk_state) != TCP_LISTEN) :
			!synack;
		p->seg.cookie = synack && !p->seg.other;
	} else if (!sk_fullsock(sk)) {
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

static void devices_out(struct tcpledger_packet *p,
			const struct net_device *out)
{
	p->key.unbound = true;
	if (p->sk) {
		p->key.ifindex = READ_ONCE(p->sk->sk_bound_dev_if);
		p->key.ifindex2 = 0;
		return;
	}
	p->key.ifindex = out ? out->ifindex : 0;
	p->key.ifindex2 = out ? l3mdev_master_ifindex_rcu(out) : 0;
}

static inline void see_out(struct tcpledger_packet *p, const struct sk_buff *skb,
		    const struct nf_hook_state *state, const u8 *th, u32 thoff)
{
	if (!READ_ONCE(ready) || will_pass_again(skb, state->out, p->key.v6) ||
	    !parse(p, skb, th, thoff))
		return;
	p->seg.out = true;
	describe_emitter(p, skb, state->sk);
	devices_out(p, state->out);
	tcpledger_track_out(p);
}

static void see_out4(const struct sk_buff *skb,
		     const struct nf_hook_state *state, const u8 *th,
		     u32 thoff)
{
	const struct iphdr *iph = ip_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;

	p.net = state->net;
	p.seg.ttl = iph->ttl;
	tcpledger_key_v4(&p.key, p.net->net_cookie, iph->saddr, iph->daddr,
			 ports_out(th));
	see_out(&p, skb, state, th, thoff);
}

static unsigned int hook_out4(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u8 *th;

	if (iph->protocol != IPPROTO_TCP || iph->frag_off & htons(IP_OFFSET))
		return NF_ACCEPT;
	th = (const u8 *)iph + iph->ihl * 4;
	if (!in_one_piece(skb, th))
		see_copy(skb, state, th - skb->data, see_out4);
	else if (!boring_out4(skb, iph, th, state->net))
		see_out4(skb, state, th, th - skb->data);
	return NF_ACCEPT;
}

static void see_out6(const struct sk_buff *skb,
		     const struct nf_hook_state *state, const u8 *th,
		     u32 thoff)
{
	const struct ipv6hdr *ip6h = ipv6_hdr(skb);
	struct tcpledger_packet p __tcpledger_unset;

	p.net = state->net;
	p.seg.ttl = ip6h->hop_limit;
	tcpledger_key_v6(&p.key, p.net->net_cookie, &ip6h->saddr,
			 &ip6h->daddr, ports_out(th));
	see_out(&p, skb, state, th, thoff);
}

static unsigned int hook_out6(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	int thoff = offset6(skb);
	const u8 *th = skb->data + thoff;

	if (thoff < 0)
		return NF_ACCEPT;
	if (!in_one_piece(skb, th))
		see_copy(skb, state, thoff, see_out6);
	else if (!boring_out6(skb, ipv6_hdr(skb), th, state->net))
		see_out6(skb, state, th, thoff);
	return NF_ACCEPT;
}

static const struct nf_hook_ops hooks[] = {
	{
		.hook		= hook_in4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= PRI_IN,
	},
	{
		.hook		= hook_out4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRI_OUT,
	},
	{
		.hook		= hook_in6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= PRI_IN,
	},
	{
		.hook		= hook_out6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRI_OUT,
	},
};

/**
 * tcpledger_hooks_open() - from now on make records
 *
 * The hooks of all namespaces are in place before the first probe can be; a
 * record made in between would miss its state changes.
 * Context: process, at load.
 */
void __init tcpledger_hooks_open(void)
{
	WRITE_ONCE(ready, true);
}

/**
 * tcpledger_hooks_register() - begin to see a namespace's segments
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int tcpledger_hooks_register(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/**
 * tcpledger_hooks_unregister() - see no more of them
 * @net: the namespace
 *
 * A hook may still be running on another CPU when this returns; the caller
 * waits for a grace period before it frees anything.
 * Context: process.
 */
void tcpledger_hooks_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}
