/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was on the wire, from the records of those who sent and received it.
 * A connection whose both ends are here has two records in one namespace; a
 * segment that both logged is one packet. Pure: records in, packets out.
 */
#ifndef TCPLEDGER_WIRE_H
#define TCPLEDGER_WIRE_H

#include <stddef.h>

struct record;
struct wire_packet;

/**
 * struct wire - all packets, in the order of time
 * @records: the records they come from
 * @count: how many
 * @room: how many fit
 * @connections: how many connections they are of
 * @packets: the packets
 * @packet_count: how many
 * @packet_room: how many fit
 */
struct wire {
	struct record		**records;
	size_t			count;
	size_t			room;
	size_t			connections;
	struct wire_packet	*packets;
	size_t			packet_count;
	size_t			packet_room;
};

void wire_add(struct wire *wire, const struct record *record);
void wire_build(struct wire *wire);
void wire_free(struct wire *wire);

#endif
