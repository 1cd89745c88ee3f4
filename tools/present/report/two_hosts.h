/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records of two hosts, told by the clock of the first, so that they can stand in one
 * table and in one file.
 */
#ifndef TCPLEDGER_TWO_HOSTS_H
#define TCPLEDGER_TWO_HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "meaning/clocks.h"
#include "read/peer.h"

struct record;
struct tcpledger_entry;
struct tcpledger_header;

/**
 * struct tie - what a record has to do with others
 * @peer: number of the other end's, or -1
 * @host: 0, or 1 if it is of the second of two hosts
 * @join: how the other end was found on the other host, PEER_NONE if it was not
 * @compared: the clocks of both are known, as @clocks tells
 * @clocks: how they stand, seen from the first host
 * @read: its place as it was read
 */
struct tie {
	long		peer;
	unsigned int	host;
	enum peer_join	join;
	bool		compared;
	struct clocks	clocks;
	size_t		read;
};

/**
 * struct two_hosts - records of two hosts
 * @records: they
 * @ties: what each has to do with the others
 * @count: how many
 * @netns: by host: its own network namespace
 * @lag: what the clock of the second host is ahead if both wall clocks are right
 */
struct two_hosts {
	struct record	*records;
	struct tie	*ties;
	size_t		count;
	uint32_t	*netns;
	int64_t		lag;
};

int64_t two_hosts_lag(const struct tcpledger_header *header,
		      const struct tcpledger_header *other);
void two_hosts_move(struct record *record, int64_t lag);
struct tcpledger_entry *two_hosts_unite(const struct two_hosts *both);

#endif
