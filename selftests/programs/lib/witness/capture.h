/* SPDX-License-Identifier: GPL-2.0 */
/* The first judge: what was on the wire. */
#ifndef TCPLEDGER_SELFTEST_CAPTURE_H
#define TCPLEDGER_SELFTEST_CAPTURE_H

#include "lib/base/packet.h"

/**
 * struct captured - a captured segment
 * @seg: the segment
 * @out: it left this host; else it came. On loopback every segment does both.
 * @taken: scratch of the judge: a record has it
 */
struct captured {
	struct segment seg;
	bool out;
	bool taken;
};

#define TRANSLATED_MAX	4

/**
 * struct translated - a connection whose ends this host's NAT calls otherwise on the wire
 * @wire_local: own end on the wire
 * @wire_remote: the other on the wire
 * @local: own end as its socket has it
 * @remote: the other as that socket has it
 */
struct translated {
	struct endpoint wire_local;
	struct endpoint wire_remote;
	struct endpoint local;
	struct endpoint remote;
};

/**
 * struct capture - all TCP segments on the devices of a namespace
 * @fd: packet socket
 * @n: how many were captured
 * @room: how many there is memory for
 * @list: in the order of capture
 * @n_translated: connections that capture_translate() told of
 * @translated: those connections
 */
struct capture {
	int fd;
	size_t n;
	size_t room;
	struct captured *list;
	size_t n_translated;
	struct translated translated[TRANSLATED_MAX];
};

void capture_open(struct capture *cap);
void capture_stamped(struct capture *cap);
void capture_only(struct capture *cap, const char *device);
void capture_translate(struct capture *cap, const struct translated *of);
void capture_drain(struct capture *cap);
void capture_close(struct capture *cap);

const struct segment *capture_find(struct capture *cap, const struct endpoint *src,
				   uint8_t flags, unsigned int nth);
int capture_count(struct capture *cap, const struct endpoint *src, uint8_t flags);

#endif
