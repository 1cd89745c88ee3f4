/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was on the wire, from the records of those who sent and received it.
 * A connection whose both ends are here has two records in one namespace; a
 * segment that both logged is one packet. Pure: records in, packets out.
 */
#ifndef TCPLEDGER_WIRE_H
#define TCPLEDGER_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/reader.h"

/**
 * struct wire_packet - a packet
 * @time_ns: CLOCK_REALTIME
 * @order: its number, for packets of the same time
 * @sender: record that logged it going out, or NULL
 * @out: number of the entry in the sender's log
 * @receiver: record that logged it coming in, or NULL
 * @in: number of the entry in the receiver's log
 * @stand_in: it stands for payload that was not logged: then the record that
 *	tells of it is @sender or @receiver, its numbers are @entry's, and @out
 *	and @in mean nothing
 * @entry: what the headers are made of
 */
struct wire_packet {
	int64_t			time_ns;
	uint64_t		order;
	const struct record	*sender;
	const struct record	*receiver;
	int			out;
	int			in;
	bool			stand_in;
	struct tcpledger_entry	entry;
};

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
