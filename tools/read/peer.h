/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of the other end of a connection, where that end is on this
 * machine too.
 */
#ifndef TCPLEDGER_PEER_H
#define TCPLEDGER_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "read/record_list.h"

struct source;

/**
 * enum peer_join - by what two records were found to be of one connection
 * @PEER_NONE: they were not
 * @PEER_BY_ADDRESSES: addresses, ports and initial sequence numbers
 * @PEER_BY_ISNS: initial sequence numbers alone; addresses were translated
 * @PEER_DOUBTFUL: several would do by initial sequence numbers alone
 */
enum peer_join {
	PEER_NONE,
	PEER_BY_ADDRESSES,
	PEER_BY_ISNS,
	PEER_DOUBTFUL,
};

bool peer_is(const struct record *record, const struct record *other);
bool peer_join_with(const struct record *record, const struct record *other,
		    enum peer_join *join);
bool peer_distance(const struct record *record, const struct record *other, uint64_t *ns);
const struct record *peer_find(const struct source *source, const struct record *record,
			       struct record_list *found);
int peer_find_in_file(const char *file, const struct record *record, struct record_list *found,
		      const struct record **peer, enum peer_join *join);

#endif
