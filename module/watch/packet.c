// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a packet to the TCP header in it, where that is not straightforward.
 * What arrives is hostile.
 */
#include "watch/packet.h"

#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/tcp.h>

#include "ledger/net.h"

/**
 * tcpledger_packet_copy() - handle a TCP header that is not all in the linear part
 * @skb: the packet
 * @state: of its hook
 * @thoff: where the header is
 * @see: called with a copy of the header, if the packet has all of it
 *
 * Context: a hook.
 */
void tcpledger_packet_copy(const struct sk_buff *skb,
			   const struct nf_hook_state *state, u32 thoff,
			   tcpledger_handle_fn *see)
{
	u8 buf[TCPLEDGER_TCPHDR_LEN] __tcpledger_unset;
	const u8 *th = skb_header_pointer(skb, thoff, sizeof(buf), buf);

	if (th)
		see(skb, state, th, thoff);
}

/* Options that are not all in the linear part; none is read if one byte is missing. */
static noinline void copy_options(struct tcpledger_packet *p, u32 offset,
				  u32 len)
{
	u8 buf[TCPLEDGER_TCPOPT_MAX] __tcpledger_unset;
	bool whole = !skb_copy_bits(p->skb, offset, buf, len);

	tcpledger_options_parse(&p->opt, buf, whole ? len : 0);
}

/**
 * tcpledger_packet_options() - read the options of a SYN
 * @p: the packet, @opt is filled
 * @offset: where they are in it
 * @len: at most TCPLEDGER_TCPOPT_MAX bytes
 *
 * Context: a hook.
 */
void tcpledger_packet_options(struct tcpledger_packet *p, u32 offset, u32 len)
{
	if (likely(offset + len <= skb_headlen(p->skb)))
		tcpledger_options_parse(&p->opt, p->skb->data + offset, len);
	else
		copy_options(p, offset, len);
}

/**
 * tcpledger_packet_piece() - is a header longer than its segment still good?
 * @p: the packet, its @seg is filled
 * @th: TCPLEDGER_TCPHDR_LEN bytes of the TCP header
 *
 * It is if the packet is a first fragment: IPv6 reassembles after LOCAL_IN, unless
 * conntrack did before, so the hook sees the first fragment alone. The TCP header
 * is complete in it, else IPv6 drops it (RFC 8200 section 4.5,
 * ipv6frag_thdr_truncated()), but options may be in the next fragment.
 * Context: a hook.
 * Return: false if the header contradicts itself, which is counted.
 */
bool tcpledger_packet_piece(struct tcpledger_packet *p, const u8 *th)
{
	if (p->key.v6 && ipv6_hdr(p->skb)->nexthdr == NEXTHDR_FRAGMENT &&
	    tcpledger_segment_parse(&p->seg, th, (th[12] >> 4) * 4))
		return true;
	tcpledger_count(tcpledger_net(p->net), malformed_segments);
	return false;
}

/**
 * tcpledger_packet_received() - the segment that TCP has in hand
 * @skb: its packet, as of tcp_v4_fill_cb() or tcp_v6_fill_cb()
 * @seg: filled
 *
 * TCP may have merged segments that waited in a backlog (tcp_add_backlog()).
 * Context: any.
 * Return: false if the header contradicts itself.
 */
bool tcpledger_packet_received(const struct sk_buff *skb,
			       struct tcpledger_segment *seg)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);
	const u8 *th = skb_transport_header(skb);
	u32 len = cb->end_seq - cb->seq - !!(th[13] & TCPLEDGER_SYN) -
		  !!(th[13] & TCPLEDGER_FIN);

	*seg = (struct tcpledger_segment) {
		.ttl = skb->protocol == htons(ETH_P_IP) ?
			ip_hdr(skb)->ttl : ipv6_hdr(skb)->hop_limit,
	};
	return tcpledger_segment_parse(seg, th, (th[12] >> 4) * 4 + len);
}

/**
 * tcpledger_packet_behind6() - where TCP begins behind extension headers
 * @skb: the packet, IPv6
 *
 * Context: a hook.
 * Return: its offset, or a negative number: not TCP, or a later fragment.
 */
int tcpledger_packet_behind6(const struct sk_buff *skb)
{
	unsigned int offset = skb_network_offset(skb);
	unsigned short fragment = 0;
	int nexthdr;

	nexthdr = ipv6_find_hdr(skb, &offset, IPPROTO_TCP, &fragment, NULL);
	return nexthdr == IPPROTO_TCP && !fragment ? (int)offset : -1;
}

/**
 * tcpledger_packet_addressee4() - the final destination of an IPv4 packet
 * @skb: the packet, leaving, and it has IP options
 *
 * With a source route (LSRR, SSRR) the header of a packet that leaves names the
 * first hop, and the final destination is last in the option, see
 * ip_options_build(). When the packet arrives, its header names the final
 * destination.
 * Context: LOCAL_OUT hook.
 * Return: its address.
 */
__be32 tcpledger_packet_addressee4(const struct sk_buff *skb)
{
	const struct iphdr *iph = ip_hdr(skb);
	const u8 *option = (const u8 *)iph + IPCB(skb)->opt.srr;
	const u8 *end = (const u8 *)iph + iph->ihl * 4;
	__be32 to = iph->daddr;

	/* A program with a raw socket can write any header: check every length. */
	if (IPCB(skb)->opt.srr < sizeof(*iph) || end > skb_tail_pointer(skb) ||
	    option + 2 > end || option[1] < 7 || option + option[1] > end)
		return to;
	memcpy(&to, option + option[1] - sizeof(to), sizeof(to));
	return to;
}

/**
 * tcpledger_packet_addressee6() - the final destination of an IPv6 packet
 * @skb: the packet
 * @to: filled with the address, if it is another than the header says
 * @left: filled with the segments that the route has left, 0 without one
 *
 * With a routing header the IPv6 header names the next hop. The final destination
 * comes after the hops (type 2) or before them (type 4, the segment routing
 * header), see ipv6_push_rthdr(). Other types are obsolete or not used with TCP.
 * Context: a hook.
 * Return: whether @to was filled.
 */
bool tcpledger_packet_addressee6(const struct sk_buff *skb,
				 struct in6_addr *to, u8 *left)
{
	struct ipv6_rt_hdr buf, *rh;
	unsigned int offset = skb_network_offset(skb);

	*left = 0;
	if (ipv6_find_hdr(skb, &offset, NEXTHDR_ROUTING, NULL, NULL) < 0)
		return false;
	rh = skb_header_pointer(skb, offset, sizeof(buf), &buf);
	if (!rh)
		return false;
	*left = rh->segments_left;
	if (rh->hdrlen < 2 || (rh->type != IPV6_SRCRT_TYPE_2 &&
			       rh->type != IPV6_SRCRT_TYPE_4))
		return false;
	/* Type 2 has one address (RFC 6275 section 6.4.1). */
	return !skb_copy_bits(skb, offset + 8, to, sizeof(*to));
}
