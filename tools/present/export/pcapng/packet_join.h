/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segments of two connections' records that are one: where a tuple is used
 * again, what the one end sends in the new connection reaches the other in the
 * old.
 */
#ifndef TCPLEDGER_PACKET_JOIN_H
#define TCPLEDGER_PACKET_JOIN_H

#include <stddef.h>

struct packet;

size_t packet_join(struct packet *packets, size_t count);

#endif
