// SPDX-License-Identifier: GPL-2.0
#include "lib/base/packet.h"

#include <arpa/inet.h>
#include <netinet/icmp6.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/util.h"

#define TTL	64

/**
 * endpoint_from_text - make an endpoint of an address as people write it
 * @ip: IPv4 or IPv6 address
 * @port: port in host byte order
 * Return: the endpoint
 */
struct endpoint endpoint_from_text(const char *ip, uint16_t port)
{
	struct endpoint ep = { .port = port };
	char mapped[INET6_ADDRSTRLEN];

	snprintf(mapped, sizeof(mapped), "%s%s", strchr(ip, ':') ? "" : "::ffff:", ip);
	if (inet_pton(AF_INET6, mapped, &ep.ip) != 1)
		die("not an address: %s", ip);
	return ep;
}

/**
 * endpoint_from_sockaddr - make an endpoint of a socket address
 * @sa: of either family
 * Return: the endpoint
 */
struct endpoint endpoint_from_sockaddr(const struct sockaddr_storage *sa)
{
	const struct sockaddr_in6 *in6 = (const void *)sa;
	const struct sockaddr_in *in = (const void *)sa;
	struct endpoint ep = { 0 };

	if (sa->ss_family == AF_INET6) {
		ep.ip = in6->sin6_addr;
		ep.port = ntohs(in6->sin6_port);
	} else {
		ep.ip.s6_addr[10] = 0xff;
		ep.ip.s6_addr[11] = 0xff;
		memcpy(&ep.ip.s6_addr[12], &in->sin_addr, 4);
		ep.port = ntohs(in->sin_port);
	}
	return ep;
}

/**
 * endpoint_to_sockaddr - the way back
 * @ep: endpoint
 * @family: AF_INET6 also for a v4-mapped address on an IPv6 socket
 * @sa: filled in
 * Return: length of the address
 */
socklen_t endpoint_to_sockaddr(const struct endpoint *ep, int family, struct sockaddr_storage *sa)
{
	struct sockaddr_in6 *in6 = (void *)sa;
	struct sockaddr_in *in = (void *)sa;

	memset(sa, 0, sizeof(*sa));
	sa->ss_family = family;
	if (family == AF_INET6) {
		in6->sin6_addr = ep->ip;
		in6->sin6_port = htons(ep->port);
		return sizeof(*in6);
	}
	memcpy(&in->sin_addr, &ep->ip.s6_addr[12], 4);
	in->sin_port = htons(ep->port);
	return sizeof(*in);
}

bool endpoint_is_ipv4(const struct endpoint *ep)
{
	return IN6_IS_ADDR_V4MAPPED(&ep->ip);
}

int endpoint_compare(const struct endpoint *a, const struct endpoint *b)
{
	int ip = memcmp(&a->ip, &b->ip, sizeof(a->ip));

	return ip ? ip : a->port - b->port;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && IN6_ARE_ADDR_EQUAL(&a->ip, &b->ip);
}

/**
 * endpoint_text - the address without the port, as the ledger writes it
 * @ep: endpoint
 * Return: text that lasts for a few more calls
 */
const char *endpoint_text(const struct endpoint *ep)
{
	static char ring[8][INET6_ADDRSTRLEN];
	static unsigned int next;
	char *text = ring[next++ % 8];

	if (endpoint_is_ipv4(ep))
		inet_ntop(AF_INET, &ep->ip.s6_addr[12], text, INET6_ADDRSTRLEN);
	else
		inet_ntop(AF_INET6, &ep->ip, text, INET6_ADDRSTRLEN);
	return text;
}

static void parse_timestamps(const uint8_t *opt, struct segment *seg)
{
	uint32_t word[2];

	memcpy(word, opt + 2, sizeof(word));
	seg->timestamps = true;
	seg->tsval = ntohl(word[0]);
	seg->tsecr = ntohl(word[1]);
}

static void parse_options(const uint8_t *opt, const uint8_t *end, struct segment *seg)
{
	while (opt < end && *opt != TCPOPT_EOL) {
		if (*opt == TCPOPT_NOP) {
			opt++;
			continue;
		}
		if (end - opt < 2 || opt[1] < 2 || opt[1] > end - opt)
			return;
		if (opt[0] == TCPOPT_MAXSEG && opt[1] == TCPOLEN_MAXSEG)
			seg->mss = opt[2] << 8 | opt[3];
		else if (opt[0] == TCPOPT_WINDOW && opt[1] == TCPOLEN_WINDOW)
			seg->wscale = opt[2];
		else if (opt[0] == TCPOPT_SACK_PERMITTED)
			seg->sack = true;
		else if (opt[0] == TCPOPT_TIMESTAMP && opt[1] == TCPOLEN_TIMESTAMP)
			parse_timestamps(opt, seg);
		opt += opt[1];
	}
}

/* With a source route (RFC 791), the packet is for the last address of it in the end. */
static void parse_ip_options(const struct ip *ip4, const uint8_t *end, struct segment *seg)
{
	const uint8_t *opt = (const uint8_t *)(ip4 + 1);

	while (opt < end && *opt != IPOPT_EOL) {
		if (*opt == IPOPT_NOP) {
			opt++;
			continue;
		}
		if (end - opt < 3 || opt[1] < 3 || opt[1] > end - opt)
			return;
		if ((opt[0] == IPOPT_LSRR || opt[0] == IPOPT_SSRR) && opt[2] < opt[1])
			memcpy(seg->dst.ip.s6_addr + 12, opt + opt[1] - 4, 4);
		opt += opt[1];
	}
}

/*
 * A routing header (RFC 6275 section 6.4, RFC 8754 section 2) with segments left: the packet
 * is for its first address in the end.
 * Return: length of the header, 0 if it is not there
 */
static size_t parse_routing(const uint8_t *data, size_t have, struct segment *seg)
{
	const struct ip6_rthdr *rh = (const void *)data;

	if (have < 8 || rh->ip6r_nxt != IPPROTO_TCP || have < 8u + rh->ip6r_len * 8)
		return 0;
	if (rh->ip6r_segleft && rh->ip6r_len >= 2)
		memcpy(&seg->dst.ip, data + 8, sizeof(seg->dst.ip));
	return 8 + rh->ip6r_len * 8;
}

/* Return: length of the IP header, 0 for what is not TCP */
static size_t parse_ip(const uint8_t *data, size_t have, struct segment *seg)
{
	const struct ip6_hdr *ip6 = (const void *)data;
	const struct ip *ip4 = (const void *)data;
	size_t routing = 0;

	if (have >= sizeof(*ip4) && ip4->ip_v == 4 && ip4->ip_p == IPPROTO_TCP) {
		memset(seg->src.ip.s6_addr + 10, 0xff, 2);
		memset(seg->dst.ip.s6_addr + 10, 0xff, 2);
		memcpy(seg->src.ip.s6_addr + 12, &ip4->ip_src, 4);
		memcpy(seg->dst.ip.s6_addr + 12, &ip4->ip_dst, 4);
		seg->ttl = ip4->ip_ttl;
		if (have >= ip4->ip_hl * 4u)
			parse_ip_options(ip4, data + ip4->ip_hl * 4, seg);
		return ip4->ip_hl * 4;
	}
	if (have >= sizeof(*ip6) && (ip6->ip6_vfc >> 4) == 6) {
		seg->src.ip = ip6->ip6_src;
		seg->dst.ip = ip6->ip6_dst;
		seg->ttl = ip6->ip6_hlim;
		if (ip6->ip6_nxt == IPPROTO_TCP)
			return sizeof(*ip6);
		if (ip6->ip6_nxt == IPPROTO_ROUTING)
			routing = parse_routing(data + sizeof(*ip6), have - sizeof(*ip6), seg);
		return routing ? sizeof(*ip6) + routing : 0;
	}
	return 0;
}

/**
 * packet_parse - read a packet that starts with its IP header
 * @data: the bytes
 * @have: how many of them are here
 * @total: how many the packet had
 * @seg: filled in
 * Return: false for what is not a whole TCP header
 */
bool packet_parse(const uint8_t *data, size_t have, size_t total, struct segment *seg)
{
	const struct tcphdr *th;
	size_t ip_len;

	*seg = (struct segment){ .mss = -1, .wscale = -1 };
	ip_len = parse_ip(data, have, seg);
	if (!ip_len || have < ip_len + sizeof(*th))
		return false;
	th = (const void *)(data + ip_len);
	if (th->doff < 5 || have < ip_len + th->doff * 4)
		return false;
	seg->src.port = ntohs(th->source);
	seg->dst.port = ntohs(th->dest);
	seg->seq = ntohl(th->seq);
	seg->flags = ((const uint8_t *)th)[13];
	seg->ack = th->ack ? ntohl(th->ack_seq) : 0;
	seg->win = ntohs(th->window);
	seg->len = total - ip_len - th->doff * 4;
	parse_options((const uint8_t *)(th + 1), (const uint8_t *)th + th->doff * 4, seg);
	return true;
}

static uint32_t sum_words(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *p = data;

	for (; len > 1; p += 2, len -= 2)
		sum += p[0] << 8 | p[1];
	return len ? sum + (p[0] << 8) : sum;
}

static uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

/* The pseudo header has the same sum for v4 and v6: zeros add nothing. */
static uint16_t checksum(const struct endpoint *src, const struct endpoint *dst, int protocol,
			 const void *data, size_t len)
{
	size_t skip = endpoint_is_ipv4(src) ? 12 : 0;
	uint32_t sum = protocol + len;

	sum = sum_words(sum, src->ip.s6_addr + skip, 16 - skip);
	sum = sum_words(sum, dst->ip.s6_addr + skip, 16 - skip);
	return sum_fold(sum_words(sum, data, len));
}

/* Return: length of the IP header written */
static size_t build_ip(uint8_t *data, const struct endpoint *src, const struct endpoint *dst,
		       int protocol, size_t payload)
{
	if (endpoint_is_ipv4(src)) {
		struct ip ip4 = {
			.ip_v = 4,
			.ip_hl = 5,
			.ip_len = htons(sizeof(ip4) + payload),
			.ip_ttl = TTL,
			.ip_p = protocol,
		};

		memcpy(&ip4.ip_src, src->ip.s6_addr + 12, 4);
		memcpy(&ip4.ip_dst, dst->ip.s6_addr + 12, 4);
		ip4.ip_sum = sum_fold(sum_words(0, &ip4, sizeof(ip4)));
		memcpy(data, &ip4, sizeof(ip4));
		return sizeof(ip4);
	}
	struct ip6_hdr ip6 = {
		.ip6_ctlun.ip6_un1 = {
			.ip6_un1_flow = htonl(6U << 28),
			.ip6_un1_plen = htons(payload),
			.ip6_un1_nxt = protocol,
			.ip6_un1_hlim = TTL,
		},
		.ip6_src = src->ip,
		.ip6_dst = dst->ip,
	};

	memcpy(data, &ip6, sizeof(ip6));
	return sizeof(ip6);
}

static size_t build_options(const struct segment *seg, uint8_t *opt)
{
	uint8_t *start = opt;
	uint32_t word;

	if (seg->mss >= 0) {
		*opt++ = TCPOPT_MAXSEG;
		*opt++ = TCPOLEN_MAXSEG;
		*opt++ = seg->mss >> 8;
		*opt++ = seg->mss & 0xff;
	}
	if (seg->sack) {
		*opt++ = TCPOPT_NOP;
		*opt++ = TCPOPT_NOP;
		*opt++ = TCPOPT_SACK_PERMITTED;
		*opt++ = TCPOLEN_SACK_PERMITTED;
	}
	if (seg->timestamps) {
		*opt++ = TCPOPT_NOP;
		*opt++ = TCPOPT_NOP;
		*opt++ = TCPOPT_TIMESTAMP;
		*opt++ = TCPOLEN_TIMESTAMP;
		word = htonl(seg->tsval);
		memcpy(opt, &word, sizeof(word));
		word = htonl(seg->tsecr);
		memcpy(opt + 4, &word, sizeof(word));
		opt += 8;
	}
	return opt - start;
}

/**
 * packet_build - make the packet of a segment, its payload all zero
 * @seg: what is wanted; of the options MSS, SACK permitted and
 *	timestamps
 * @data: room for it
 * @size: how much room
 * Return: length of the packet
 */
size_t packet_build(const struct segment *seg, uint8_t *data, size_t size)
{
	uint8_t options[40];
	size_t opt_len = build_options(seg, options);
	size_t tcp_len = sizeof(struct tcphdr) + opt_len + seg->len;
	struct tcphdr th = {
		.source = htons(seg->src.port),
		.dest = htons(seg->dst.port),
		.seq = htonl(seg->seq),
		.ack_seq = htonl(seg->ack),
		.doff = (sizeof(th) + opt_len) / 4,
		.window = htons(seg->win),
	};
	size_t ip_len;

	if (size < tcp_len + sizeof(struct ip6_hdr))
		die("no room for a segment of %u bytes", seg->len);
	((uint8_t *)&th)[13] = seg->flags;
	ip_len = build_ip(data, &seg->src, &seg->dst, IPPROTO_TCP, tcp_len);
	memset(data + ip_len, 0, tcp_len);
	memcpy(data + ip_len, &th, sizeof(th));
	memcpy(data + ip_len + sizeof(th), options, opt_len);
	th.check = checksum(&seg->src, &seg->dst, IPPROTO_TCP, data + ip_len, tcp_len);
	if (seg->bad_checksum)
		th.check ^= htons(0x1111);
	memcpy(data + ip_len, &th, sizeof(th));
	return ip_len + tcp_len;
}

/**
 * packet_build_unreachable - make the ICMP error "host unreachable" for a segment
 * @cause: the segment that could not be delivered; its receiver reports the error
 * @data: room for it
 * @size: how much room
 * Return: length of the packet
 */
size_t packet_build_unreachable(const struct segment *cause, uint8_t *data, size_t size)
{
	uint8_t quoted[PACKET_HEADERS_MAX];
	size_t len = packet_build(cause, quoted, sizeof(quoted)) + 8;
	uint8_t icmp[8 + sizeof(quoted)] = { 0 };
	bool v4 = endpoint_is_ipv4(&cause->src);
	uint16_t sum;
	size_t ip_len;

	if (size < len + sizeof(struct ip6_hdr))
		die("no room for an ICMP error");
	icmp[0] = v4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH;
	icmp[1] = v4 ? ICMP_HOST_UNREACH : ICMP6_DST_UNREACH_ADDR;
	memcpy(icmp + 8, quoted, len - 8);
	sum = v4 ? sum_fold(sum_words(0, icmp, len)) :
		   checksum(&cause->dst, &cause->src, IPPROTO_ICMPV6, icmp, len);
	memcpy(icmp + 2, &sum, sizeof(sum));
	ip_len = build_ip(data, &cause->dst, &cause->src, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6, len);
	memcpy(data + ip_len, icmp, len);
	return ip_len + len;
}

/* Where TCP begins behind the extension headers of IPv6, as far as they can be read. */
static size_t skip_extensions(const uint8_t *data, size_t len)
{
	size_t at = sizeof(struct ip6_hdr);
	uint8_t next = data[6];

	while (next != IPPROTO_TCP && at + 8 <= len) {
		size_t more = next == IPPROTO_FRAGMENT ? 8 :
			      next == IPPROTO_AH ? (data[at + 1] + 2) * 4 : (data[at + 1] + 1) * 8;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING &&
		    next != IPPROTO_DSTOPTS && next != IPPROTO_FRAGMENT && next != IPPROTO_AH)
			return len;
		next = data[at];
		at += more;
	}
	return at;
}

/**
 * packet_seal - give a packet that was changed checksums that are right again
 * @data: the packet, with an IP header or what is left of one
 * @len: how long it is
 *
 * What is too short or too strange to have a checksum stays as it is.
 */
void packet_seal(uint8_t *data, size_t len)
{
	struct endpoint src = { .port = 0 }, dst = { .port = 0 };
	bool v4 = len && data[0] >> 4 == 4;
	size_t at = v4 ? (data[0] & 15) * 4 : sizeof(struct ip6_hdr);
	uint16_t sum;

	if (len < at || at < sizeof(struct ip))
		return;
	if (v4) {
		memset(src.ip.s6_addr + 10, 0xff, 2);
		memset(dst.ip.s6_addr + 10, 0xff, 2);
		memcpy(src.ip.s6_addr + 12, data + 12, 4);
		memcpy(dst.ip.s6_addr + 12, data + 16, 4);
		memset(data + 10, 0, 2);
		sum = sum_fold(sum_words(0, data, at));
		memcpy(data + 10, &sum, sizeof(sum));
	} else {
		memcpy(&src.ip, data + 8, 16);
		memcpy(&dst.ip, data + 24, 16);
		at = skip_extensions(data, len);
	}
	if (len < at + sizeof(struct tcphdr))
		return;
	memset(data + at + 16, 0, 2);
	sum = checksum(&src, &dst, IPPROTO_TCP, data + at, len - at);
	memcpy(data + at + 16, &sum, sizeof(sum));
}

/**
 * segment_text - a segment in the way of tcpdump
 * @seg: segment
 * Return: text that lasts until the next call
 */
const char *segment_text(const struct segment *seg)
{
	static char text[256];
	char flags[9];
	int n = 0;

	for (int bit = 0; bit < 8; bit++)
		if (seg->flags & 1 << bit)
			flags[n++] = "FSRPAUEC"[bit];
	flags[n] = '\0';
	snprintf(text, sizeof(text), "%s.%u > %s.%u: [%s] seq %u ack %u win %u len %u ttl %u",
		 endpoint_text(&seg->src), seg->src.port, endpoint_text(&seg->dst), seg->dst.port,
		 flags, seg->seq, seg->ack, seg->win, seg->len, seg->ttl);
	return text;
}
