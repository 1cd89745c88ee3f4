/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Payload that was not logged. The log has the segments that open and close a
 * connection; that there was data between them shows in their numbers and in
 * the byte counts. One segment stands in for each such gap, however long, where
 * its data can have been at the latest, so that the numbers add up for who looks
 * at them.
 */
#ifndef TCPLEDGER_STAND_IN_H
#define TCPLEDGER_STAND_IN_H

#include <stdbool.h>
#include <stdint.h>

#include "read/record.h"

struct wire_packet;

/**
 * struct stand_in_flow - one direction of a connection
 * @known: @next is known
 * @next: sequence number that comes next
 * @left: payload bytes not seen yet; -1 if nobody counted them
 * @ended: its FIN or RST was seen
 * @win: window field of its last segment
 * @ttl: TTL of its last segment
 */
struct stand_in_flow {
	bool		known;
	uint32_t	next;
	int64_t		left;
	bool		ended;
	uint16_t	win;
	uint8_t		ttl;
};

/**
 * struct stand_in - both directions of a connection
 * @record: one endpoint
 * @peer: record of the other, or NULL
 * @adopted: it existed before it was recorded
 * @flows: from and to @record's endpoint; one for both in a self-connect
 */
struct stand_in {
	const struct record	*record;
	const struct record	*peer;
	bool			adopted;
	struct stand_in_flow	flows[2];
};

void stand_in_begin(struct stand_in *s, const struct record *record, const struct record *peer);
bool stand_in_before(struct stand_in *s, const struct wire_packet *packet,
		     struct wire_packet *extra);
void stand_in_take(struct stand_in *s, const struct wire_packet *packet);
bool stand_in_after(struct stand_in *s, const struct wire_packet *last,
		    struct wire_packet *extra);

#endif
