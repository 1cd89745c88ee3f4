// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/headers.h"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <string.h>

#define IP_LENGTH_MOST	65535

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/*
 * The options of a SYN in the order and with the padding of Linux
 * (tcp_options_write()): SACK permitted goes in front of the timestamps, where
 * padding would be without it. Returns their length, a multiple of four.
 */
static size_t build_options(const struct headers *h, uint8_t *at)
{
	uint8_t *start = at;

	if (h->mss >= 0) {
		*at++ = TCPOPT_MAXSEG;
		*at++ = TCPOLEN_MAXSEG;
		put16(at, (uint32_t)h->mss);
		at += 2;
	}
	if (h->sack || h->timestamps) {
		*at++ = h->sack ? TCPOPT_SACK_PERMITTED : TCPOPT_NOP;
		*at++ = h->sack ? TCPOLEN_SACK_PERMITTED : TCPOPT_NOP;
	}
	if (h->timestamps) {
		*at++ = TCPOPT_TIMESTAMP;
		*at++ = TCPOLEN_TIMESTAMP;
		memset(at, 0, 8);
		at += 8;
	} else if (h->sack) {
		memmove(at, at - 2, 2);
		memset(at - 2, TCPOPT_NOP, 2);
		at += 2;
	}
	if (h->wscale >= 0) {
		*at++ = TCPOPT_NOP;
		*at++ = TCPOPT_WINDOW;
		*at++ = TCPOLEN_WINDOW;
		*at++ = (uint8_t)h->wscale;
	}
	return (size_t)(at - start);
}

static size_t build_tcp(const struct headers *h, uint8_t *at)
{
	size_t size = 20 + build_options(h, at + 20);

	put16(at, h->sport);
	put16(at + 2, h->dport);
	put32(at + 4, h->seq);
	put32(at + 8, h->ack);
	at[12] = (uint8_t)(size / 4 << 4);
	at[13] = h->flags;
	put16(at + 14, h->win);
	memset(at + 16, 0, 4);
	return size;
}

/* The Internet checksum (RFC 1071) before it is folded. */
static uint64_t sum(const uint8_t *bytes, size_t len, uint64_t start)
{
	for (; len > 1; len -= 2, bytes += 2)
		start += (uint64_t)bytes[0] << 8 | bytes[1];
	return start;
}

static uint16_t fold(uint64_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	return (uint16_t)~value;
}

static void set_tcp_checksum(const struct headers *h, uint8_t *tcp, size_t size)
{
	size_t address = h->ipv6 ? 16 : 4;
	uint64_t value = IPPROTO_TCP + size + h->len;

	value = sum(h->source, address, value);
	value = sum(h->destination, address, value);
	put16(tcp + 16, fold(sum(tcp, size, value)));
}

static size_t build_ipv4(const struct headers *h, uint8_t *at, size_t tcp)
{
	memset(at, 0, 20);
	at[0] = 0x45;
	put16(at + 2, 20 + (uint32_t)tcp + h->len);
	at[8] = h->ttl;
	at[9] = IPPROTO_TCP;
	memcpy(at + 12, h->source, 4);
	memcpy(at + 16, h->destination, 4);
	put16(at + 10, fold(sum(at, 20, 0)));
	return 20;
}

static size_t build_ipv6(const struct headers *h, uint8_t *at, size_t tcp)
{
	memset(at, 0, 8);
	at[0] = 0x60;
	put16(at + 4, (uint32_t)tcp + h->len);
	at[6] = IPPROTO_TCP;
	at[7] = h->ttl;
	memcpy(at + 8, h->source, 16);
	memcpy(at + 24, h->destination, 16);
	return 40;
}

/**
 * headers_room - how much payload a packet has room for
 * @headers: what is known; @len does not matter
 *
 * IPv4 counts its own header in the length of a packet, IPv6 does not.
 *
 * Return: bytes.
 */
uint32_t headers_room(const struct headers *headers)
{
	uint8_t bytes[HEADERS_MOST];

	return IP_LENGTH_MOST - (uint32_t)build_tcp(headers, bytes) - (headers->ipv6 ? 0 : 20);
}

/**
 * headers_build - the headers as they were on the wire
 * @headers: what is known
 * @bytes: set to them
 *
 * Return: their length in bytes.
 */
size_t headers_build(const struct headers *headers, uint8_t bytes[HEADERS_MOST])
{
	size_t ip = headers->ipv6 ? 40 : 20;
	size_t tcp = build_tcp(headers, bytes + ip);

	set_tcp_checksum(headers, bytes + ip, tcp);
	if (headers->ipv6)
		build_ipv6(headers, bytes, tcp);
	else
		build_ipv4(headers, bytes, tcp);
	return ip + tcp;
}
