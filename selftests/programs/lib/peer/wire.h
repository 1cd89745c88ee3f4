/* SPDX-License-Identifier: GPL-2.0 */
/* A device whose other end is the test: a peer that does what no real TCP would. */
#ifndef TCPLEDGER_SELFTEST_WIRE_H
#define TCPLEDGER_SELFTEST_WIRE_H

#include "lib/base/packet.h"

/**
 * struct wire - a TUN device with this host at one end and the test at the other
 * @fd: the test's end
 * @host: address of this host, port 0
 * @far: address that the test speaks for, port 0
 */
struct wire {
	int fd;
	struct endpoint host;
	struct endpoint far;
};

/**
 * struct peer - a TCP endpoint played by the test
 * @wire: where it is
 * @self: its own address and port
 * @host: the endpoint in the kernel
 * @seq: its next sequence number
 * @ack: the next it expects
 * @got: what it received last; repetitions of it say nothing new
 * @timestamps: it sends the timestamps option
 * @tsval: its clock there, which stands still unless the test moves it
 */
struct peer {
	struct wire *wire;
	struct endpoint self;
	struct endpoint host;
	uint32_t seq;
	uint32_t ack;
	struct segment got;
	bool timestamps;
	uint32_t tsval;
};

void wire_open(struct wire *wire, int family);
void wire_close(struct wire *wire);
void wire_send(struct wire *wire, const struct segment *seg);
void wire_send_bytes(struct wire *wire, const uint8_t *data, size_t len);
void wire_drain(struct wire *wire);
void wire_send_unreachable(struct wire *wire, const struct segment *cause);
bool wire_receive(struct wire *wire, struct segment *seg, unsigned int ms);

struct peer peer_at(struct wire *wire, uint16_t own_port, uint16_t host_port);
struct segment peer_segment(const struct peer *peer, uint8_t flags, uint32_t len);
void peer_send(struct peer *peer, uint8_t flags, uint32_t len);
void peer_expect(struct peer *peer, uint8_t flags, unsigned int ms);
void peer_expect_again(struct peer *peer, unsigned int ms);
bool peer_silent(struct peer *peer, unsigned int ms);
void peer_accept_connection(struct peer *peer);
void peer_open_connection(struct peer *peer);

void raw_send(const struct segment *seg);

#endif
