// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a TCP header with options: nothing is read beyond them, and what
 * comes out is what can be. The input is a header and its options; a payload
 * is only a length and is taken from the first two bytes, the source port.
 */
#include "verdict/segment.h"

#include "fuzz.h"

const char *const fuzz_corpus = "corpus/segment";
const unsigned int fuzz_inputs = 200000;
const size_t fuzz_size = TCPLEDGER_TCPHDR_LEN + TCPLEDGER_TCPOPT_MAX;

static unsigned long long events;

unsigned long long fuzz_events(void)
{
	return events;
}

static void expect(bool good, const char *what)
{
	if (!good)
		fuzz_found("segment", what);
}

static void try_options(const u8 *bytes, u32 len)
{
	struct tcpledger_options opt;
	u8 *copy = malloc(len ? len : 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	tcpledger_options_parse(&opt, copy, len);
	free(copy);
	expect(opt.mss >= -1 && opt.mss <= 65535, "MSS out of range");
	expect(opt.wscale >= -1 && opt.wscale <= 14, "window scale out of range");
	/* Each option has its least length, so all four need 4 + 3 + 2 + 10. */
	expect((opt.mss >= 0) * 4u + (opt.wscale >= 0) * 3u + opt.sack * 2u +
	       opt.timestamps * 10u <= len, "more options than fit");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct tcpledger_segment seg = { 0 };
	u32 header, tcp_len;

	events++;
	try_options(data, (u32)(size < TCPLEDGER_TCPOPT_MAX ? size : TCPLEDGER_TCPOPT_MAX));
	if (size < TCPLEDGER_TCPHDR_LEN)
		return 0;
	header = (data[12] >> 4) * 4u;
	tcp_len = (u32)size + tcpledger_be16(data) % 100;
	if (!tcpledger_segment_parse(&seg, data, tcp_len)) {
		expect(header < TCPLEDGER_TCPHDR_LEN || header > tcp_len,
		       "a good header is refused");
		return 0;
	}
	expect(header >= TCPLEDGER_TCPHDR_LEN && seg.len == tcp_len - header,
	       "header and payload are not the packet");
	expect(seg.flags & TCPLEDGER_ACK || !seg.ack, "an acknowledgment number without ACK");
	if (header <= size)
		try_options(data + TCPLEDGER_TCPHDR_LEN, header - TCPLEDGER_TCPHDR_LEN);
	return 0;
}
