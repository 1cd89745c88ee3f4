// SPDX-License-Identifier: GPL-2.0-only
/*
 * From a packet to the TCP header in it, where that is not straightforward.
 * What arrives is hostile.
 */
#include "packet.h"

#include <linux/ipv6.h>
#include <net/ipv6.h>

#include "netns.h"

/**
 * tcpledger_packet_copy() - the TCP header is not in one piece, or not there
 * @skb: the packet
 * @state: of its hook
 * @thoff: where the header is
 * @see: called with a copy of it
 *
 * Context: a hook.
 */
void tcpledger_packet_copy(const struct sk_buff *skb,
			   const struct nf_hook_state *state, u32 thoff,
			   tcpledger_see_fn *see)
{
	u8 buf[TCPLEDGER_TCPHDR_LEN] __tcpledger_unset;
	const u8 *th = skb_header_pointer(skb, thoff, sizeof(buf), buf);

	if (th)
		see(skb, state, th, thoff);
}

/* They are in several pieces, or not all there. */
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
 * tcpledger_packet_piece() - a header that is longer than the segment
 * @p: the packet, its @seg is filled
 * @th: TCPLEDGER_TCPHDR_LEN bytes of the TCP header
 *
 * Hostile, or a first fragment: IPv6 puts fragments together behind LOCAL_IN
 * (unless conntrack did before). Here a segment in pieces is its first piece:
 * it has the TCP header, else IPv6 drops it (RFC 8200 section 4.5,
 * ipv6frag_thdr_truncated()), but options may be in the next.
 * Context: a hook.
 * Return: false if it is hostile, which is counted.
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
