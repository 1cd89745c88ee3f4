/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Payload that was not logged. The log has the segments that open and close a
 * connection; that there was data between them shows in their numbers and in
 * the byte counts. One segment stands in for each such gap, however long, where
 * its data can have been at the latest, so that the numbers add up for who looks
 * at them.
 */
#ifndef TCPLEDGER_PAYLOAD_GAPS_H
#define TCPLEDGER_PAYLOAD_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "read/record.h"

struct packet;

/**
 * struct payload_flow - one direction of a connection
 * @known: @next is known
 * @next: sequence number that comes next
 * @left: payload bytes not seen yet; -1 if nobody counted them
 * @ended: its FIN or RST was seen
 * @win: window field of its last segment
 * @ttl: TTL of its last segment
 */
struct payload_flow {
	bool		known;
	uint32_t	next;
	int64_t		left;
	bool		ended;
	uint16_t	win;
	uint8_t		ttl;
};

/**
 * struct payload_gaps - both directions of a connection
 * @record: one endpoint
 * @peer: record of the other, or NULL
 * @adopted: it existed before it was recorded
 * @flows: from and to @record's endpoint; one for both in a self-connect
 */
struct payload_gaps {
	const struct record	*record;
	const struct record	*peer;
	bool			adopted;
	struct payload_flow	flows[2];
};

void payload_gaps_begin(struct payload_gaps *s, const struct record *record,
			const struct record *peer);
bool payload_gaps_before(struct payload_gaps *s, const struct packet *packet,
			 struct packet *extra);
void payload_gaps_take(struct payload_gaps *s, const struct packet *packet);
bool payload_gaps_after(struct payload_gaps *s, const struct packet *last,
			struct packet *extra);

#endif
