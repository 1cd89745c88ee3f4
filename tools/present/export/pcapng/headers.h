/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IP and TCP headers of a segment, rebuilt from what is known of it. What
 * was not recorded is zero: type of service, identification and flags of IP,
 * the urgent pointer, timestamps, and the payload as far as the checksum is
 * concerned.
 */
#ifndef TCPLEDGER_HEADERS_H
#define TCPLEDGER_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADERS_MOST	(40 + 60)	/* IPv6, and TCP with all its options */

/**
 * struct headers - what is known of a segment
 * @ipv6: IPv6, else IPv4
 * @source: its sender; IPv4 in the first four bytes
 * @destination: its receiver
 * @sport: the sender's port
 * @dport: the receiver's port
 * @seq: sequence number
 * @ack: acknowledgment number
 * @len: payload bytes, at most headers_room()
 * @win: window field
 * @flags: byte 13 of the TCP header
 * @ttl: TTL or hop limit
 * @mss: MSS option, -1 for none
 * @wscale: shift of the window scale option, -1 for none
 * @sack: SACK permitted option
 * @timestamps: timestamps option
 */
struct headers {
	bool		ipv6;
	const uint8_t	*source;
	const uint8_t	*destination;
	uint16_t	sport;
	uint16_t	dport;
	uint32_t	seq;
	uint32_t	ack;
	uint32_t	len;
	uint16_t	win;
	uint8_t		flags;
	uint8_t		ttl;
	int		mss;
	int		wscale;
	bool		sack;
	bool		timestamps;
};

uint32_t headers_room(const struct headers *headers);
size_t headers_build(const struct headers *headers, uint8_t bytes[HEADERS_MOST]);

#endif
