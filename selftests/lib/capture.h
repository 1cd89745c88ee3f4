/* SPDX-License-Identifier: GPL-2.0 */
/* The first judge: what was on the wire. */
#ifndef TCPLEDGER_SELFTEST_CAPTURE_H
#define TCPLEDGER_SELFTEST_CAPTURE_H

#include "packet.h"

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

/**
 * struct capture - all TCP segments on the devices of a namespace
 * @fd: packet socket
 * @n: how many were captured
 * @room: how many there is memory for
 * @list: in the order of capture
 */
struct capture {
	int fd;
	size_t n;
	size_t room;
	struct captured *list;
};

void capture_open(struct capture *cap);
void capture_stamped(struct capture *cap);
void capture_only(struct capture *cap, const char *device);
void capture_drain(struct capture *cap);
void capture_close(struct capture *cap);

const struct segment *capture_find(struct capture *cap, const struct endpoint *src,
				   uint8_t flags, unsigned int nth);
int capture_count(struct capture *cap, const struct endpoint *src, uint8_t flags);

#endif
