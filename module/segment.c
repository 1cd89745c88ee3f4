// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the bytes of a TCP header to a struct. Pure: no kernel state, no
 * allocation, every byte read is inside the length given. What arrives is
 * hostile.
 */
#include "segment.h"

/* TCP option kinds, RFC 9293 section 3.1, RFC 7323, RFC 2018. */
#define OPT_EOL		0
#define OPT_NOP		1
#define OPT_MSS		2
#define OPT_WSCALE	3
#define OPT_SACK_PERM	4
#define OPT_TIMESTAMPS	8

#define WSCALE_MAX	14	/* RFC 7323 section 2.3 */

/**
 * tcpledger_segment_parse() - read the fixed part of a TCP header
 * @seg: filled; @out, @other, @cookie and @ttl are the caller's
 * @th: TCPLEDGER_TCPHDR_LEN readable bytes
 * @tcp_len: bytes of header and payload together
 *
 * Context: any.
 * Return: false if the header contradicts itself (data offset below five
 * words or beyond the packet); TCP drops such a segment unseen.
 */
bool tcpledger_segment_parse(struct tcpledger_segment *seg, const u8 *th,
			     u32 tcp_len)
{
	u32 header = (th[12] >> 4) * 4;

	if (unlikely(header < TCPLEDGER_TCPHDR_LEN || header > tcp_len))
		return false;

	seg->seq = tcpledger_be32(th + 4);
	seg->flags = th[13];
	seg->ack = seg->flags & TCPLEDGER_ACK ? tcpledger_be32(th + 8) : 0;
	seg->win = tcpledger_be16(th + 14);
	seg->len = tcp_len - header;
	return true;
}

/**
 * tcpledger_options_parse() - read the options of a SYN
 * @opt: filled, also when the options are broken: then with what came before
 * @p: the options
 * @len: readable bytes at @p
 *
 * Of several options of a kind the last counts, as in tcp_parse_options().
 * Context: any.
 */
void tcpledger_options_parse(struct tcpledger_options *opt, const u8 *p,
			     u32 len)
{
	const u8 *end = p + len;

	*opt = (struct tcpledger_options){ .mss = -1, .wscale = -1 };
	while (p < end && *p != OPT_EOL) {
		u32 size;

		if (*p == OPT_NOP) {
			p++;
			continue;
		}
		if (end - p < 2)
			return;
		size = p[1];
		if (size < 2 || size > (u32)(end - p))
			return;
		if (p[0] == OPT_MSS && size == 4)
			opt->mss = tcpledger_be16(p + 2);
		else if (p[0] == OPT_WSCALE && size == 3)
			opt->wscale = (s8)min_t(u8, p[2], WSCALE_MAX);
		else if (p[0] == OPT_SACK_PERM && size == 2)
			opt->sack = true;
		else if (p[0] == OPT_TIMESTAMPS && size == 10)
			opt->timestamps = true;
		p += size;
	}
}
