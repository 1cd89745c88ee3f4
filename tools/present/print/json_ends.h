/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two records as one line of JSON: both ends of a connection, of two hosts, or two
 * connections.
 */
#ifndef TCPLEDGER_JSON_ENDS_H
#define TCPLEDGER_JSON_ENDS_H

#include <stdint.h>

#include "read/peer.h"

struct clocks;
struct record;

/**
 * struct json_ends - both ends of a connection
 * @record: the record that was asked for
 * @other: that of the other end, by its own clock; NULL if it is not known
 * @join: how it was found
 * @clocks: how the clocks of both stand, NULL if that is not known
 * @other_begin_ns: when the log of @other begins, from the beginning of that of @record
 */
struct json_ends {
	const struct record	*record, *other;
	enum peer_join		join;
	const struct clocks	*clocks;
	int64_t			other_begin_ns;
};

void json_ends(const struct json_ends *ends);
void json_connections(const struct record *first, const struct record *second, int difference);

#endif
