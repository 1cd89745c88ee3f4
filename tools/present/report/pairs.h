/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The other end of each of many records, of one host or of two, as read/peer.h has it.
 */
#ifndef TCPLEDGER_PAIRS_H
#define TCPLEDGER_PAIRS_H

#include <stdbool.h>
#include <stddef.h>

#include "read/peer.h"
#include "read/record.h"

/**
 * struct pairs_record - a record that may be wanted
 * @record: it
 * @host: 0, or 1 if it is of the second of two hosts
 * @wanted: it is wanted for itself
 * @read: its place as it was read
 * @peer: set to the number of the other end, or -1
 * @join: set to how it was found on the other host, PEER_NONE where it was not
 * @place: for who takes some of them: number among these, or -1
 */
struct pairs_record {
	struct record	record;
	unsigned int	host;
	bool		wanted;
	size_t		read;
	long		peer;
	enum peer_join	join;
	long		place;
};

void pairs_find(struct pairs_record *list, size_t count, bool two_hosts);

#endif
