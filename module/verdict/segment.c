// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the bytes of a TCP header to a struct. Pure: no kernel state, no
 * allocation, every byte read is inside the length given. What arrives is
 * hostile.
 */
#include "verdict/segment.h"

/* TCP option kinds, RFC 9293 section 3.1, RFC 7323, RFC 2018. */
#define OPT_EOL		0
#define OPT_NOP		1
#define OPT_MSS		2
#define OPT_WSCALE	3
#define OPT_SACK_PERM	4
#define OPT_TIMESTAMPS	8

/*
 * The options that Linux sends by default, as tcp_options_write() orders them: MSS,
 * SACK permitted, timestamps, NOP, window scale.
 */
#define LINUX_LEN	20
#define LINUX_MSS	(OPT_MSS << 8 | 4)
#define LINUX_SACK_TS	(OPT_SACK_PERM << 24 | 2 << 16 | OPT_TIMESTAMPS << 8 | 10)
#define LINUX_WSCALE	(OPT_NOP << 16 | OPT_WSCALE << 8 | 3)

#define WSCALE_MAX	14	/* RFC 7323 section 2.3 */

/**
 * tcpledger_options_parse() - read the options of a SYN
 * @opt: filled; if an option is broken, with those before it
 * @p: the options
 * @len: readable bytes at @p
 *
 * If an option is repeated the last one counts, as in tcp_parse_options().
 * Context: any.
 */
void tcpledger_options_parse(struct tcpledger_options *opt, const u8 *p,
			     u32 len)
{
	const u8 *end = p + len;

	if (likely(len == LINUX_LEN && tcpledger_be16(p) == LINUX_MSS &&
		   tcpledger_be32(p + 4) == LINUX_SACK_TS &&
		   tcpledger_be32(p + 16) >> 8 == LINUX_WSCALE)) {
		*opt = (struct tcpledger_options){
			.mss = tcpledger_be16(p + 2),
			.wscale = (s8)min_t(u8, p[19], WSCALE_MAX),
			.sack = true,
			.timestamps = true,
		};
		return;
	}
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
