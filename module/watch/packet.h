/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PACKET_H
#define TCPLEDGER_PACKET_H

#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>

#include "compat.h"
#include "ledger/key.h"
#include "verdict/segment.h"

#define TCPLEDGER_CONTROL	(TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)

/**
 * struct tcpledger_packet - a segment with where it was seen
 * @net: the namespace
 * @skb: the packet
 * @key: the endpoint on this host
 * @seg: the header
 * @opt: the options of a SYN
 * @sk: out: the socket that emitted it (full or request), or NULL
 */
struct tcpledger_packet {
	struct net			*net;
	const struct sk_buff		*skb;
	struct tcpledger_key		key;
	struct tcpledger_segment	seg;
	struct tcpledger_options	opt;
	const struct sock		*sk;
};

/**
 * typedef tcpledger_handle_fn - look at a segment
 * @skb: the packet
 * @state: of its hook
 * @th: TCPLEDGER_TCPHDR_LEN bytes of its TCP header, in @skb or copied
 * @thoff: where they are in @skb
 */
typedef void tcpledger_handle_fn(const struct sk_buff *skb,
			      const struct nf_hook_state *state, const u8 *th,
			      u32 thoff);

/**
 * typedef tcpledger_quiet_fn - is this data or an ACK of an open connection?
 * @skb: the packet
 * @ip: its IPv4 or IPv6 header
 * @th: its TCP header, in the linear part
 * @net: the namespace
 */
typedef bool tcpledger_quiet_fn(const struct sk_buff *skb, const void *ip,
				const u8 *th, const struct net *net);

void tcpledger_packet_copy(const struct sk_buff *skb,
			   const struct nf_hook_state *state, u32 thoff,
			   tcpledger_handle_fn *see);
void tcpledger_packet_options(struct tcpledger_packet *p, u32 offset, u32 len);
bool tcpledger_packet_piece(struct tcpledger_packet *p, const u8 *th);
bool tcpledger_packet_received(const struct sk_buff *skb,
			       struct tcpledger_segment *seg);
int tcpledger_packet_behind6(const struct sk_buff *skb);
__be32 tcpledger_packet_addressee4(const struct sk_buff *skb);
bool tcpledger_packet_addressee6(const struct sk_buff *skb,
				 struct in6_addr *to, u8 *left);

/* Is the whole TCP header at @th in the linear part of the packet? */
static inline bool tcpledger_packet_whole(const struct sk_buff *skb,
					  const u8 *th)
{
	return likely(th + TCPLEDGER_TCPHDR_LEN <= skb_tail_pointer(skb));
}

/**
 * tcpledger_packet_pass() - a TCP segment passes a hook
 * @skb: the packet
 * @state: of the hook
 * @ip: its IPv4 or IPv6 header
 * @th: where its TCP header begins
 * @is_quiet: whether the segment needs no look
 * @handle: looks at it
 *
 * Both functions are constants, so each hook gets a body with direct calls.
 * Context: a hook.
 * Return: NF_ACCEPT.
 */
static __always_inline unsigned int
tcpledger_packet_pass(const struct sk_buff *skb,
		      const struct nf_hook_state *state, const void *ip,
		      const u8 *th, tcpledger_quiet_fn *is_quiet,
		      tcpledger_handle_fn *handle)
{
	if (!tcpledger_packet_whole(skb, th))
		tcpledger_packet_copy(skb, state, th - skb->data, handle);
	else if (!is_quiet(skb, ip, th, state->net))
		handle(skb, state, th, th - skb->data);
	return NF_ACCEPT;
}

/* Where TCP begins behind the IPv6 header; negative: no TCP, or a later fragment. */
static inline int tcpledger_packet_offset6(const struct sk_buff *skb)
{
	if (likely(ipv6_hdr(skb)->nexthdr == IPPROTO_TCP))
		return skb_network_offset(skb) + sizeof(struct ipv6hdr);
	return tcpledger_packet_behind6(skb);
}

/* As struct tcpledger_key has them: the source port of what leaves is our own. */
static inline u32 tcpledger_ports_out(const u8 *th)
{
	u32 ports;

	memcpy(&ports, th, sizeof(ports));
	return ports;
}

static inline u32 tcpledger_ports_in(const u8 *th)
{
	return ror32(tcpledger_ports_out(th), 16);
}

/**
 * tcpledger_packet_parse() - read the TCP header
 * @p: its @net, @skb, @key and TTL are set; @seg and @opt are filled
 * @th: TCPLEDGER_TCPHDR_LEN bytes of the TCP header
 * @thoff: where they are in the packet
 *
 * Context: a hook.
 * Return: false if the header contradicts itself, which is counted.
 */
static __always_inline bool
tcpledger_packet_parse(struct tcpledger_packet *p, const u8 *th, u32 thoff)
{
	struct tcpledger_segment *seg = &p->seg;

	if (unlikely(!tcpledger_segment_parse(seg, th, p->skb->len - thoff)) &&
	    !tcpledger_packet_piece(p, th))
		return false;
	seg->other = false;
	seg->cookie = false;
	seg->request = false;
	seg->fastopen = false;
	if (seg->flags & TCPLEDGER_SYN)
		tcpledger_packet_options(p, thoff + TCPLEDGER_TCPHDR_LEN,
					 (th[12] >> 4) * 4 -
					 TCPLEDGER_TCPHDR_LEN);
	return true;
}

#endif /* TCPLEDGER_PACKET_H */
