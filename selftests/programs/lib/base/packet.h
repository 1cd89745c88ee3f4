/* SPDX-License-Identifier: GPL-2.0 */
/* TCP segments as bytes and as numbers. */
#ifndef TCPLEDGER_SELFTEST_PACKET_H
#define TCPLEDGER_SELFTEST_PACKET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define SEG_FIN	0x01
#define SEG_SYN	0x02
#define SEG_RST	0x04
#define SEG_PSH	0x08
#define SEG_ACK	0x10
#define SEG_CONTROL	(SEG_FIN | SEG_SYN | SEG_RST)

#define PACKET_HEADERS_MAX	128	/* IP and TCP headers with all options */

/**
 * struct endpoint - address and port of one end
 * @ip: the address; an IPv4 address is v4-mapped, so that both families compare alike
 * @port: in host byte order
 */
struct endpoint {
	struct in6_addr ip;
	uint16_t port;
};

/**
 * struct segment - one TCP segment, captured or to be sent
 * @ns: CLOCK_REALTIME when it was captured
 * @src: who sent it
 * @dst: who is to have it
 * @seq: sequence number
 * @ack: acknowledgment number, 0 without ACK
 * @len: payload bytes
 * @win: window field, not scaled
 * @flags: SEG_*
 * @ttl: TTL or hop limit
 * @sack: SACK permitted
 * @timestamps: timestamps option present
 * @bad_checksum: sent with a TCP checksum that is wrong
 * @mss: MSS option, -1 without
 * @wscale: window scale option, -1 without
 * @tsval: value of the timestamps option
 * @tsecr: its echo
 */
struct segment {
	int64_t ns;
	struct endpoint src;
	struct endpoint dst;
	uint32_t seq;
	uint32_t ack;
	uint32_t len;
	uint16_t win;
	uint8_t flags;
	uint8_t ttl;
	bool sack;
	bool timestamps;
	bool bad_checksum;
	int mss;
	int wscale;
	uint32_t tsval;
	uint32_t tsecr;
};

struct endpoint endpoint_from_text(const char *ip, uint16_t port);
struct endpoint endpoint_from_sockaddr(const struct sockaddr_storage *sa);
socklen_t endpoint_to_sockaddr(const struct endpoint *ep, int family, struct sockaddr_storage *sa);
const char *endpoint_text(const struct endpoint *ep);
int endpoint_compare(const struct endpoint *a, const struct endpoint *b);
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
bool endpoint_is_ipv4(const struct endpoint *ep);

bool packet_parse(const uint8_t *data, size_t have, size_t total, struct segment *seg);
size_t packet_build(const struct segment *seg, uint8_t *data, size_t size);
size_t packet_build_unreachable(const struct segment *cause, uint8_t *data, size_t size);
void packet_seal(uint8_t *data, size_t len);
const char *segment_text(const struct segment *seg);

#endif
