// SPDX-License-Identifier: GPL-2.0
/*
 * Each rule takes a sound packet and breaks one thing: a length, an option, a
 * fragment, an extension header. The checksums are right again afterwards, so
 * that it is not they that save the receiver, but for the rule that is about them.
 */
#include "lib/peer/spoil.h"

#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

#include "lib/base/util.h"

/**
 * struct packet - a packet while it is being spoiled
 * @len: how long it is
 * @tcp: where TCP begins
 * @v4: it is IPv4
 * @data: the packet
 */
struct packet {
	size_t len;
	size_t tcp;
	bool v4;
	uint8_t data[SPOILED_MAX];
};

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value & 0xff;
}

/* What the IP header says of the length; the packet stays as long as it is. */
static void claim_length(struct packet *p, size_t len)
{
	put16(p->data + (p->v4 ? 2 : 4), p->v4 ? len : len - sizeof(struct ip6_hdr));
}

static void length_beyond(struct packet *p)
{
	claim_length(p, p->len + 100);
}

static void length_of_header(struct packet *p)
{
	claim_length(p, p->tcp);
}

static void length_cuts_tcp(struct packet *p)
{
	claim_length(p, p->tcp + 19);
}

static void length_cuts_options(struct packet *p)
{
	claim_length(p, p->tcp + 20);
}

static void length_too_short(struct packet *p)
{
	put16(p->data + (p->v4 ? 2 : 4), p->v4 ? 19 : 0);
}

static void length_greatest(struct packet *p)
{
	put16(p->data + (p->v4 ? 2 : 4), 0xffff);
}

static void truncate_ip(struct packet *p)
{
	p->len = p->tcp - 1;
}

static void truncate_before_tcp(struct packet *p)
{
	p->len = p->tcp;
	claim_length(p, p->len);
}

static void truncate_ports(struct packet *p)
{
	p->len = p->tcp + 4;
	claim_length(p, p->len);
}

static void truncate_tcp(struct packet *p)
{
	p->len = p->tcp + 19;
	claim_length(p, p->len);
}

static void set_offset(struct packet *p, unsigned int words)
{
	p->data[p->tcp + 12] = words << 4;
}

static void offset_zero(struct packet *p)
{
	set_offset(p, 0);
}

static void offset_four(struct packet *p)
{
	set_offset(p, 4);
}

static void offset_beyond(struct packet *p)
{
	set_offset(p, 15);
}

static void bad_checksum(struct packet *p)
{
	p->data[p->tcp + 16] ^= 0x11;
}

static void no_ttl(struct packet *p)
{
	p->data[p->v4 ? 8 : 7] = 0;
}

static void other_version(struct packet *p)
{
	p->data[0] = 0x50 | (p->data[0] & 15);
}

/* The land attack. */
static void from_itself(struct packet *p)
{
	if (p->v4)
		memcpy(p->data + 12, p->data + 16, 4);
	else
		memcpy(p->data + 8, p->data + 24, 16);
	memcpy(p->data + p->tcp, p->data + p->tcp + 2, 2);
}

static void from_multicast(struct packet *p)
{
	p->data[p->v4 ? 12 : 8] = p->v4 ? 224 : 0xff;
}

static void from_loopback(struct packet *p)
{
	const uint8_t home[16] = { [15] = 1 };

	if (p->v4)
		p->data[12] = 127;
	else
		memcpy(p->data + 8, home, sizeof(home));
}

static void from_nowhere(struct packet *p)
{
	memset(p->data + (p->v4 ? 12 : 8), 0, p->v4 ? 4 : 16);
}

static void to_broadcast(struct packet *p)
{
	memset(p->data + (p->v4 ? 16 : 24), 0xff, p->v4 ? 4 : 16);
}

static void ports_zero(struct packet *p)
{
	memset(p->data + p->tcp, 0, 4);
}

/* Forty bytes of options, whatever was there before; no payload is left. */
static void set_options(struct packet *p, const uint8_t *options, size_t n)
{
	memset(p->data + p->tcp + 20, TCPOPT_NOP, 40);
	memcpy(p->data + p->tcp + 20, options, n);
	set_offset(p, 15);
	p->len = p->tcp + 60;
	claim_length(p, p->len);
}

#define OPTIONS(name, ...)						\
	static void options_##name(struct packet *p)			\
	{								\
		static const uint8_t bytes[] = { __VA_ARGS__ };		\
									\
		set_options(p, bytes, sizeof(bytes));			\
	}

OPTIONS(nops, 1)
OPTIONS(end_then_mss, 0, 2, 4, 1, 1)
OPTIONS(length_zero, 2, 0, 5, 180)
OPTIONS(length_one, 3, 1, 7)
OPTIONS(length_beyond, 2, 255)
OPTIONS(length_overruns, 8, 41)
OPTIONS(mss_zero, 2, 4, 0, 0)
OPTIONS(mss_long, 2, 6, 5, 180, 0, 0)
OPTIONS(mss_twice, 2, 4, 5, 180, 2, 4, 0, 1)
OPTIONS(wscale_greatest, 3, 3, 255)
OPTIONS(wscale_short, 3, 2)
OPTIONS(wscale_thrice, 3, 3, 1, 3, 3, 2, 3, 3, 14)
OPTIONS(sack_permitted_long, 4, 3, 0)
OPTIONS(sack_odd, 5, 9, 0, 0, 0, 1, 0, 0, 0)
OPTIONS(sack_backwards, 5, 10, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0)
OPTIONS(sack_full, 5, 34, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
	22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32)
OPTIONS(timestamps_short, 8, 9, 0, 0, 0, 1, 0, 0, 0)
OPTIONS(timestamps_twice, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 8, 10, 255, 255, 255, 255, 255, 255,
	255, 255)
OPTIONS(md5, 19, 18)
OPTIONS(ao_short, 29, 3, 0)
OPTIONS(mptcp, 30, 12, 1, 129, 1, 2, 3, 4, 5, 6, 7, 8)
OPTIONS(mptcp_short, 30, 2)
OPTIONS(fastopen_odd, 34, 7, 1, 2, 3, 4, 5)
OPTIONS(fastopen_long, 34, 36)
OPTIONS(experimental, 254, 4, 0xf9, 0x89, 253, 2)
OPTIONS(unknown, 77, 40)

static void options_all_ones(struct packet *p)
{
	uint8_t ones[40];

	memset(ones, 0xff, sizeof(ones));
	set_options(p, ones, sizeof(ones));
}

static void options_last_byte(struct packet *p)
{
	uint8_t bytes[40];

	memset(bytes, TCPOPT_NOP, sizeof(bytes));
	bytes[39] = TCPOPT_MAXSEG;
	set_options(p, bytes, sizeof(bytes));
}

/**
 * struct rule - what is broken
 * @name: for the test's report
 * @spoil: breaks it in one packet, sealed afterwards; or
 * @split: makes several packets of one
 * @family: 4, 6, or 0 for both
 * @unsealed: the checksums stay as they are
 */
struct rule {
	const char *name;
	void (*spoil)(struct packet *p);
	void (*split)(const struct packet *p, struct spoiled *out);
	int family;
	bool unsealed;
};

/* IPv4: a header longer than it should be, of these words. */
static void set_header(struct packet *p, unsigned int words, const uint8_t *options)
{
	size_t more = words * 4 - p->tcp;

	memmove(p->data + p->tcp + more, p->data + p->tcp, p->len - p->tcp);
	memcpy(p->data + p->tcp, options, more);
	p->data[0] = 0x40 | words;
	p->tcp += more;
	p->len += more;
	claim_length(p, p->len);
}

static void ip_header_short(struct packet *p)
{
	p->data[0] = 0x44;
}

static void ip_header_beyond(struct packet *p)
{
	p->data[0] = 0x4f;
}

static void ip_source_route(struct packet *p)
{
	const uint8_t route[8] = { 131, 7, 4, 192, 0, 2, 9, 0 };

	set_header(p, 7, route);
}

static void ip_options_odd(struct packet *p)
{
	const uint8_t odd[40] = { 7, 39, 255, 68, 0, 1, 136, 77 };

	set_header(p, 15, odd);
}

/* IPv6: put bytes of a header before TCP; @first names what they are. */
static void insert(struct packet *p, uint8_t first, const uint8_t *header, size_t n)
{
	memmove(p->data + p->tcp + n, p->data + p->tcp, p->len - p->tcp);
	memcpy(p->data + p->tcp, header, n);
	p->data[6] = first;
	p->tcp += n;
	p->len += n;
	claim_length(p, p->len);
}

#define EXTENSION(name, first, ...)					\
	static void extension_##name(struct packet *p)			\
	{								\
		static const uint8_t bytes[] = { __VA_ARGS__ };		\
									\
		insert(p, first, bytes, sizeof(bytes));			\
	}

#define PAD	1, 4, 0, 0, 0, 0	/* PadN */

EXTENSION(hop_by_hop, 0, 6, 0, PAD)
EXTENSION(destination, 60, 6, 0, PAD)
EXTENSION(chain, 0, 60, 0, PAD, 60, 0, PAD, 60, 0, PAD, 6, 0, PAD)
EXTENSION(hop_by_hop_late, 60, 0, 0, PAD, 6, 0, PAD)
EXTENSION(routing, 43, 6, 2, 0, 1, 0, 0, 0, 0, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	  0, 9)
EXTENSION(routing_done, 43, 6, 0, 4, 0, 0, 0, 0, 0)
EXTENSION(length_beyond, 60, 6, 255, PAD)
EXTENSION(option_overruns, 60, 6, 0, 1, 255, 0, 0, 0, 0)
EXTENSION(option_unknown, 60, 6, 0, 0xc7, 4, 0, 0, 0, 0)
EXTENSION(unknown, 253, 6, 0, PAD)
EXTENSION(nothing_more, 59, 6, 0, PAD)
EXTENSION(authentication, 51, 6, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1)
EXTENSION(encrypted, 50, 6, 0, 0, 0, 0, 0, 0, 1)
EXTENSION(jumbo, 0, 6, 0, 0xc2, 4, 0, 1, 0, 0)
EXTENSION(itself, 41, 6, 0, PAD)
EXTENSION(atomic_fragment, 44, 6, 0, 0, 0, 0, 0, 0, 7)
EXTENSION(first_fragment_only, 44, 6, 0, 0, 1, 0, 0, 0, 8)
EXTENSION(later_fragment_only, 44, 6, 0, 0, 0x10, 0, 0, 0, 9)
EXTENSION(last_fragment_far, 44, 6, 0, 0xff, 0xf8, 0, 0, 0, 10)
EXTENSION(fragment_in_fragment, 44, 44, 0, 0, 0, 0, 0, 0, 11, 6, 0, 0, 0, 0, 0, 0, 12)

/*
 * A part of the packet as a fragment: @len bytes behind the IP header from @from, said
 * to be at @at.
 */
static void add_fragment(const struct packet *p, struct spoiled *out, size_t from, size_t len,
			 size_t at, bool more)
{
	uint8_t *data = out->data[out->n];
	size_t head = p->v4 ? 20 : 48;
	uint8_t fragment[8] = { IPPROTO_TCP, 0, 0, 0, 0, 0, 0, 77 };

	memcpy(data, p->data, p->tcp);
	if (p->v4) {
		put16(data + 2, head + len);
		put16(data + 4, 77);
		put16(data + 6, at / 8 | (more ? 0x2000 : 0));
		packet_seal(data, 20);
	} else {
		put16(data + 4, 8 + len);
		data[6] = IPPROTO_FRAGMENT;
		put16(fragment + 2, at | more);
		memcpy(data + 40, fragment, sizeof(fragment));
	}
	memcpy(data + head, p->data + p->tcp + from, len);
	out->len[out->n++] = head + len;
}

static void two_fragments(const struct packet *p, struct spoiled *out)
{
	size_t rest = p->len - p->tcp - 16;

	add_fragment(p, out, 0, 16, 0, true);
	add_fragment(p, out, 16, rest, 16, false);
}

static void fragments_backwards(const struct packet *p, struct spoiled *out)
{
	size_t rest = p->len - p->tcp - 8;

	add_fragment(p, out, 8, rest, 8, false);
	add_fragment(p, out, 0, 8, 0, true);
}

/* The second fragment covers the flags of the first. */
static void fragments_overlap(const struct packet *p, struct spoiled *out)
{
	size_t len = p->len - p->tcp;

	add_fragment(p, out, 0, 24, 0, true);
	add_fragment(p, out, 8, len - 8, 8, false);
}

static void fragment_repeated(const struct packet *p, struct spoiled *out)
{
	size_t len = p->len - p->tcp;

	add_fragment(p, out, 0, 24, 0, true);
	add_fragment(p, out, 0, 24, 0, true);
	add_fragment(p, out, 24, len - 24, 24, false);
}

static void fragment_tiny(const struct packet *p, struct spoiled *out)
{
	add_fragment(p, out, 0, 8, 0, true);
}

static void fragment_second_only(const struct packet *p, struct spoiled *out)
{
	add_fragment(p, out, 0, 24, 8, false);
}

static void fragment_beyond(const struct packet *p, struct spoiled *out)
{
	add_fragment(p, out, 0, 24, 0, true);
	add_fragment(p, out, 0, 24, 65528, false);
}

#define BOTH(fn)	{ .name = #fn, .spoil = fn }
#define OPTION(fn)	{ .name = "options: " #fn, .spoil = options_##fn }
#define V4(fn)		{ .name = #fn, .spoil = fn, .family = 4 }
#define V6(fn)		{ .name = "extension: " #fn, .spoil = extension_##fn, .family = 6 }
#define SPLIT(fn)	{ .name = #fn, .split = fn }

static const struct rule rules[] = {
	BOTH(length_beyond), BOTH(length_of_header), BOTH(length_cuts_tcp),
	BOTH(length_cuts_options), BOTH(length_too_short), BOTH(length_greatest),
	BOTH(truncate_ip), BOTH(truncate_before_tcp), BOTH(truncate_ports), BOTH(truncate_tcp),
	BOTH(offset_zero), BOTH(offset_four), BOTH(offset_beyond), BOTH(no_ttl),
	BOTH(other_version), BOTH(from_itself), BOTH(from_multicast), BOTH(from_loopback),
	BOTH(from_nowhere), BOTH(to_broadcast), BOTH(ports_zero),
	{ .name = "bad_checksum", .spoil = bad_checksum, .unsealed = true },
	OPTION(nops), OPTION(end_then_mss), OPTION(length_zero), OPTION(length_one),
	OPTION(length_beyond), OPTION(length_overruns), OPTION(mss_zero), OPTION(mss_long),
	OPTION(mss_twice), OPTION(wscale_greatest), OPTION(wscale_short), OPTION(wscale_thrice),
	OPTION(sack_permitted_long), OPTION(sack_odd), OPTION(sack_backwards), OPTION(sack_full),
	OPTION(timestamps_short), OPTION(timestamps_twice), OPTION(md5), OPTION(ao_short),
	OPTION(mptcp), OPTION(mptcp_short), OPTION(fastopen_odd), OPTION(fastopen_long),
	OPTION(experimental), OPTION(unknown), OPTION(all_ones), OPTION(last_byte),
	V4(ip_header_short), V4(ip_header_beyond), V4(ip_source_route), V4(ip_options_odd),
	V6(hop_by_hop), V6(destination), V6(chain), V6(hop_by_hop_late), V6(routing),
	V6(routing_done), V6(length_beyond), V6(option_overruns), V6(option_unknown),
	V6(unknown), V6(nothing_more), V6(authentication), V6(encrypted), V6(jumbo), V6(itself),
	V6(atomic_fragment), V6(first_fragment_only), V6(later_fragment_only),
	V6(last_fragment_far), V6(fragment_in_fragment),
	SPLIT(two_fragments), SPLIT(fragments_backwards), SPLIT(fragments_overlap),
	SPLIT(fragment_repeated), SPLIT(fragment_tiny), SPLIT(fragment_second_only),
	SPLIT(fragment_beyond),
};

unsigned int spoil_rules(void)
{
	return sizeof(rules) / sizeof(*rules);
}

const char *spoil_name(unsigned int rule)
{
	return rules[rule].name;
}

/**
 * spoil - break one rule in a segment
 * @rule: which, below spoil_rules()
 * @seg: the segment, sound; it needs options or payload enough for a fragment
 * @out: filled in
 */
void spoil(unsigned int rule, const struct segment *seg, struct spoiled *out)
{
	const struct rule *r = &rules[rule];
	struct packet p = { .v4 = endpoint_is_ipv4(&seg->dst) };

	out->n = 0;
	if (r->family && r->family != (p.v4 ? 4 : 6))
		return;
	p.len = packet_build(seg, p.data, sizeof(p.data));
	p.tcp = p.v4 ? sizeof(struct ip) : sizeof(struct ip6_hdr);
	if (r->split) {
		r->split(&p, out);
		return;
	}
	r->spoil(&p);
	if (!r->unsealed)
		packet_seal(p.data, p.len);
	out->len[out->n] = p.len;
	memcpy(out->data[out->n++], p.data, p.len);
}

/* xorshift64*, as in the fuzzers of the host */
static uint64_t draw(uint64_t *seed)
{
	*seed ^= *seed >> 12;
	*seed ^= *seed << 25;
	*seed ^= *seed >> 27;
	return *seed * 2685821657736338717ULL >> 16;
}

/**
 * spoil_at_random - change some bytes of a packet, or its length
 * @seed: state of the generator, not 0
 * @data: the packet
 * @len: its length
 * Return: its new length, not more
 *
 * The version stays, as the device would refuse another, and in most cases the
 * addresses: what is not for this host shows nothing.
 */
size_t spoil_at_random(uint64_t *seed, uint8_t *data, size_t len)
{
	bool v4 = data[0] >> 4 == 4;
	size_t addresses = v4 ? 12 : 8, tcp = v4 ? 20 : 40;
	unsigned int changes = 1 + draw(seed) % 6;

	while (changes--) {
		size_t at = draw(seed) % len;

		if (at == 0)
			data[0] = (data[0] & 0xf0) | draw(seed) % 16;
		else if (at < addresses || at >= tcp || !(draw(seed) % 16))
			data[at] = draw(seed);
	}
	if (!(draw(seed) % 8))
		len = 1 + draw(seed) % len;
	if (draw(seed) % 8)
		packet_seal(data, len);
	return len;
}
