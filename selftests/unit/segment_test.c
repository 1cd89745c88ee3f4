// SPDX-License-Identifier: GPL-2.0
/*
 * Headers and options written byte by byte, as RFC 9293 section 3.1, RFC 7323
 * and RFC 2018 lay them out. Each buffer has exactly the size that the parser
 * is told, so that ASAN sees a byte too many.
 */
#include "verdict/segment.h"

#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

/* A copy on the heap, where the bytes behind it are poisoned. */
static u8 *exact(const u8 *bytes, size_t len)
{
	u8 *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	return copy;
}

/* Ports 0x1234 and 0x0050, the rest as each case has it. */
static const u8 template[TCPLEDGER_TCPHDR_LEN] = {
	0x12, 0x34, 0x00, 0x50,		/* ports */
	0x89, 0xab, 0xcd, 0xef,		/* sequence number */
	0x01, 0x23, 0x45, 0x67,		/* acknowledgment number */
	0x50, 0x10,			/* data offset 5; ACK */
	0xfa, 0xf0,			/* window 64240 */
	0x00, 0x00, 0x00, 0x00,		/* checksum, urgent pointer */
};

static bool parse(struct tcpledger_segment *seg, u8 byte12, u8 flags, u32 tcp_len)
{
	u8 *th = exact(template, sizeof(template));
	bool good;

	memset(seg, 0xee, sizeof(*seg));
	seg->out = false;
	seg->other = false;
	seg->cookie = false;
	seg->request = false;
	seg->fastopen = false;
	th[12] = byte12;
	th[13] = flags;
	good = tcpledger_segment_parse(seg, th, tcp_len);
	free(th);
	return good;
}

static void test_fields(void)
{
	struct tcpledger_segment seg;
	bool good = parse(&seg, 0x50, 0x10, 20);

	tap_result(good && seg.seq == 0x89abcdef && seg.ack == 0x01234567 &&
		   seg.win == 64240 && seg.flags == TCPLEDGER_ACK && seg.len == 0,
		   "the fields of an ACK, all in network byte order");
	good = parse(&seg, 0x50, 0x02, 20);
	tap_result(good && seg.flags == TCPLEDGER_SYN && seg.ack == 0,
		   "the acknowledgment number means nothing without ACK");
	good = parse(&seg, 0x50, 0xff, 20);
	tap_result(good && seg.flags == 0xff, "all eight flags are kept");
	/* The low half of byte 12 is reserved: no part of the offset. */
	good = parse(&seg, 0x5f, 0x10, 20);
	tap_result(good && seg.len == 0, "the reserved bits are no part of the data offset");
	good = parse(&seg, 0x50, 0x18, 20 + 65000);
	tap_result(good && seg.len == 65000, "the payload of a super-segment");
	good = parse(&seg, 0x80, 0x18, 32 + 7);
	tap_result(good && seg.len == 7, "options are no payload");
}

static void test_offset(void)
{
	struct tcpledger_segment seg;
	unsigned int words;
	bool good = true;

	for (words = 0; words < 16; words++)
		good &= parse(&seg, (u8)(words << 4), 0x10, 60) == (words >= 5);
	tap_result(good, "a data offset below five words is refused, five to fifteen are not");
	good = true;
	for (words = 5; words < 16; words++)
		good &= parse(&seg, (u8)(words << 4), 0x10, words * 4) && seg.len == 0;
	tap_result(good, "a header that is the whole packet has no payload");
	good = true;
	for (words = 5; words < 16; words++)
		good &= !parse(&seg, (u8)(words << 4), 0x10, words * 4 - 1);
	tap_result(good, "a data offset beyond the packet is refused");
	tap_result(!parse(&seg, 0x50, 0x10, 0), "a packet of no bytes is refused");
}

/* RFC 9293 section 3.4: SYN and FIN take a number each, modulo 2^32. */
static void test_end(void)
{
	static const struct {
		u32	seq, len;
		u8	flags;
		u32	end;
	} cases[] = {
		{ 100, 0, TCPLEDGER_ACK, 100 },
		{ 100, 0, TCPLEDGER_SYN, 101 },
		{ 100, 0, TCPLEDGER_SYN | TCPLEDGER_ACK, 101 },
		{ 100, 10, TCPLEDGER_SYN, 111 },
		{ 100, 0, TCPLEDGER_FIN | TCPLEDGER_ACK, 101 },
		{ 100, 10, TCPLEDGER_FIN | TCPLEDGER_ACK | TCPLEDGER_PSH, 111 },
		{ 100, 10, TCPLEDGER_SYN | TCPLEDGER_FIN, 112 },
		{ 100, 0, TCPLEDGER_RST, 100 },
		{ 0xffffffff, 0, TCPLEDGER_SYN, 0 },
		{ 0xfffffff0, 0x20, TCPLEDGER_FIN, 0x11 },
	};
	bool good = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct tcpledger_segment seg = {
			.seq = cases[i].seq, .len = cases[i].len, .flags = cases[i].flags,
		};

		good &= tcpledger_segment_end(&seg) == cases[i].end;
	}
	tap_result(good, "the number after a segment, also around 2^32");
	tap_result(tcpledger_seq_before(0xffffffff, 0) && !tcpledger_seq_before(0, 0xffffffff) &&
		   !tcpledger_seq_before(5, 5) && tcpledger_seq_after_eq(5, 5) &&
		   tcpledger_seq_after_eq(0, 0xffffffff),
		   "sequence numbers compare around 2^32");
}

static const struct options_case {
	const char			*name;
	u8				bytes[TCPLEDGER_TCPOPT_MAX];
	u32				len;
	struct tcpledger_options	want;
} options_cases[] = {
	{ "no options", { 0 }, 0, { -1, -1, false, false } },
	{ "MSS 1460", { 2, 4, 0x05, 0xb4 }, 4, { 1460, -1, false, false } },
	{ "MSS 65535", { 2, 4, 0xff, 0xff }, 4, { 65535, -1, false, false } },
	{ "MSS 0", { 2, 4, 0, 0 }, 4, { 0, -1, false, false } },
	{ "window scale 0 is not none", { 3, 3, 0 }, 3, { -1, 0, false, false } },
	{ "window scale 7", { 3, 3, 7 }, 3, { -1, 7, false, false } },
	{ "window scale 14", { 3, 3, 14 }, 3, { -1, 14, false, false } },
	/* RFC 7323 section 2.3: larger than 14 is used as 14. */
	{ "window scale 15", { 3, 3, 15 }, 3, { -1, 14, false, false } },
	{ "window scale 255", { 3, 3, 255 }, 3, { -1, 14, false, false } },
	{ "SACK permitted", { 4, 2 }, 2, { -1, -1, true, false } },
	{ "timestamps", { 8, 10, 1, 2, 3, 4, 0, 0, 0, 0 }, 10, { -1, -1, false, true } },
	{ "all, as Linux sends them",
	  { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 }, 20,
	  { 1460, 7, true, true } },
	{ "NOPs before and between",
	  { 1, 1, 2, 4, 0x05, 0xb4, 1, 3, 3, 2, 1, 4, 2 }, 13, { 1460, 2, true, false } },
	{ "only NOPs", { 1, 1, 1, 1 }, 4, { -1, -1, false, false } },
	{ "nothing counts after the end of the list",
	  { 2, 4, 0x05, 0xb4, 0, 3, 3, 7 }, 8, { 1460, -1, false, false } },
	{ "unknown kinds are stepped over",
	  { 254, 4, 0xaa, 0xbb, 19, 2, 3, 3, 9 }, 9, { -1, 9, false, false } },
	{ "SACK blocks do not mean that SACK is permitted",
	  { 5, 10, 0, 0, 0, 1, 0, 0, 0, 2 }, 10, { -1, -1, false, false } },
	{ "a Fast Open cookie is stepped over",
	  { 34, 10, 1, 2, 3, 4, 5, 6, 7, 8, 4, 2 }, 12, { -1, -1, true, false } },
	/* Kind and length must agree: RFC 9293 section 3.2. */
	{ "MSS of a wrong length", { 2, 3, 0x05, 3, 3, 7 }, 6, { -1, 7, false, false } },
	{ "window scale of a wrong length", { 3, 4, 7, 7, 4, 2 }, 6, { -1, -1, true, false } },
	{ "SACK permitted of a wrong length", { 4, 3, 0, 3, 3, 7 }, 6, { -1, 7, false, false } },
	{ "timestamps of a wrong length",
	  { 8, 9, 1, 2, 3, 4, 0, 0, 0, 4, 2 }, 11, { -1, -1, true, false } },
	{ "length 0 ends it", { 3, 3, 7, 254, 0, 4, 2 }, 7, { -1, 7, false, false } },
	{ "length 1 ends it", { 3, 3, 7, 254, 1, 4, 2 }, 7, { -1, 7, false, false } },
	{ "a length beyond the options ends it",
	  { 3, 3, 7, 254, 255, 4, 2 }, 7, { -1, 7, false, false } },
	{ "MSS that lies by one byte", { 4, 2, 2, 4, 0x05 }, 5, { -1, -1, true, false } },
	{ "a kind without its length", { 3, 3, 7, 2 }, 4, { -1, 7, false, false } },
	{ "a kind alone", { 8 }, 1, { -1, -1, false, false } },
};

static bool same(const struct tcpledger_options *a, const struct tcpledger_options *b)
{
	return a->mss == b->mss && a->wscale == b->wscale && a->sack == b->sack &&
	       a->timestamps == b->timestamps;
}

static void options(struct tcpledger_options *opt, const u8 *bytes, u32 len)
{
	u8 *copy = exact(bytes, len);

	memset(opt, 0x55, sizeof(*opt));
	opt->sack = true;
	opt->timestamps = true;
	tcpledger_options_parse(opt, copy, len);
	free(copy);
}

static void test_options(void)
{
	struct tcpledger_options got;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(options_cases); i++) {
		const struct options_case *c = &options_cases[i];

		options(&got, c->bytes, c->len);
		tap_result(same(&got, &c->want), "options: %s", c->name);
		if (!same(&got, &c->want))
			tap_note("got mss %d, wscale %d, sack %d, timestamps %d", got.mss,
				 got.wscale, got.sack, got.timestamps);
	}
}

/* A list cut anywhere gives what stood whole before the cut. */
static void test_truncated(void)
{
	static const u8 bytes[] = {
		2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7,
	};
	struct tcpledger_options got;
	bool good = true;
	u32 len;

	for (len = 0; len <= sizeof(bytes); len++) {
		struct tcpledger_options want = {
			.mss = len >= 4 ? 1460 : -1,
			.sack = len >= 6,
			.timestamps = len >= 16,
			.wscale = len >= 20 ? 7 : -1,
		};

		options(&got, bytes, len);
		good &= same(&got, &want);
	}
	tap_result(good, "options cut at every byte");
}

int main(void)
{
	tap_plan(ARRAY_SIZE(options_cases) + 13);
	test_fields();
	test_offset();
	test_end();
	test_options();
	test_truncated();
	return tap_end();
}
