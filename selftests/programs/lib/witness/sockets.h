/* SPDX-License-Identifier: GPL-2.0 */
/* What the connections that a test has open say of themselves. */
#ifndef TCPLEDGER_SELFTEST_SOCKETS_H
#define TCPLEDGER_SELFTEST_SOCKETS_H

#include "lib/base/packet.h"

/**
 * struct own_socket - a connected socket of this process
 * @local: own end
 * @remote: the other
 * @cookie: SO_COOKIE
 * @inode: inode number
 * @uid: who made it
 * @rtt: smoothed round-trip time, microseconds; this and what follows from TCP_INFO
 * @min_rtt: least round-trip time, microseconds; ~0 for none
 * @retransmits: segments
 * @sent: bytes, without those sent again
 * @received: bytes; TCP counts the peer's FIN as one
 */
struct own_socket {
	struct endpoint local;
	struct endpoint remote;
	uint64_t cookie;
	uint64_t inode;
	uint32_t uid;
	uint32_t rtt;
	uint32_t min_rtt;
	uint32_t retransmits;
	uint64_t sent;
	uint64_t received;
};

/**
 * struct sockets - all of them that are in the namespace the test is in
 * @n: how many
 * @list: the sockets
 */
struct sockets {
	size_t n;
	struct own_socket *list;
};

void sockets_read(struct sockets *sockets);
void sockets_free(struct sockets *sockets);

#endif
