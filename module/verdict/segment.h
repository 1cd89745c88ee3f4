/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SEGMENT_H
#define TCPLEDGER_SEGMENT_H

#include "verdict/env.h"
#include <linux/tcpledger.h>

#define TCPLEDGER_TCPHDR_LEN	20	/* without options */
#define TCPLEDGER_TCPOPT_MAX	40	/* doff is four bits: 60 - 20 */

/**
 * struct tcpledger_options - what a SYN offered
 * @mss: maximum segment size, -1 without the option
 * @wscale: window shift, clamped to 14 (RFC 7323 section 2.3), -1 without
 * @sack: SACK permitted
 * @timestamps: timestamps offered
 */
struct tcpledger_options {
	s32	mss;
	s8	wscale;
	bool	sack;
	bool	timestamps;
};

/**
 * struct tcpledger_segment - a TCP header, in host byte order
 * @seq: sequence number
 * @ack: acknowledgment number, 0 without the ACK flag
 * @len: payload bytes
 * @win: window as on the wire
 * @flags: byte 13 of the header
 * @ttl: TTL or hop limit of the packet
 * @out: the segment left; else it came
 * @other: out, but not emitted by TCP (raw socket, netfilter's REJECT)
 * @cookie: a SYN/ACK that carries a SYN cookie
 * @request: a SYN/ACK from a request socket
 * @fastopen: a SYN/ACK from a Fast Open child
 */
struct tcpledger_segment {
	struct_group(wire,
		u32	seq;
		u32	ack;
		u32	len;
		u16	win;
		u8	flags;
		u8	ttl;
	);
	bool	out;
	bool	other;
	bool	cookie;
	bool	request;
	bool	fastopen;
};

/* The number after a segment; SYN and FIN take one each (RFC 9293 section 3.4). */
static inline u32 tcpledger_segment_end(const struct tcpledger_segment *seg)
{
	return seg->seq + seg->len + !!(seg->flags & TCPLEDGER_SYN) +
	       !!(seg->flags & TCPLEDGER_FIN);
}

/**
 * tcpledger_segment_parse() - read the fixed part of a TCP header
 * @seg: filled, but for @ttl and all members after it
 * @th: TCPLEDGER_TCPHDR_LEN readable bytes
 * @tcp_len: bytes of header and payload together
 *
 * Context: any.
 * Return: false if the header contradicts itself (data offset below five
 * words or beyond the packet); TCP drops such a segment unseen.
 */
static inline bool tcpledger_segment_parse(struct tcpledger_segment *seg,
					   const u8 *th, u32 tcp_len)
{
	u32 header = (th[12] & 0xf0) >> 2;	/* words in the upper half */

	if (unlikely(header < TCPLEDGER_TCPHDR_LEN || header > tcp_len))
		return false;

	seg->seq = tcpledger_be32(th + 4);
	seg->flags = th[13];
	seg->ack = likely(seg->flags & TCPLEDGER_ACK) ?
		   tcpledger_be32(th + 8) : 0;
	seg->win = tcpledger_be16(th + 14);
	seg->len = tcp_len - header;
	return true;
}

void tcpledger_options_parse(struct tcpledger_options *opt, const u8 *p,
			     u32 len);

static inline bool tcpledger_is_syn(const struct tcpledger_segment *seg)
{
	return (seg->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK | TCPLEDGER_RST |
			      TCPLEDGER_FIN)) == TCPLEDGER_SYN;
}

static inline bool tcpledger_is_synack(const struct tcpledger_segment *seg)
{
	const u8 synack = TCPLEDGER_SYN | TCPLEDGER_ACK;

	return (seg->flags & synack) == synack;
}

#endif /* TCPLEDGER_SEGMENT_H */
