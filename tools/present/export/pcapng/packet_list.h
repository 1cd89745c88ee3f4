/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was on the wire, from the records of those who sent and received it.
 * A connection whose both ends are here has two records in one namespace; a
 * segment that both logged is one packet. Pure: records in, packets out.
 */
#ifndef TCPLEDGER_PACKET_LIST_H
#define TCPLEDGER_PACKET_LIST_H

#include <stddef.h>

struct record;
struct packet;

/**
 * struct packet_list - all packets, in the order of time
 * @records: the records they come from
 * @count: how many
 * @room: how many fit
 * @connections: how many connections they are of
 * @packets: the packets
 * @packet_count: how many
 * @packet_room: how many fit
 */
struct packet_list {
	struct record	**records;
	size_t		count;
	size_t		room;
	size_t		connections;
	struct packet	*packets;
	size_t		packet_count;
	size_t		packet_room;
};

void packet_list_add(struct packet_list *list, const struct record *record);
void packet_list_build(struct packet_list *list);
void packet_list_free(struct packet_list *list);

#endif
