/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the clocks of two hosts stand against each other, told by the segments that
 * both ends of a connection logged. Pure.
 *
 * A segment arrives after it left. So with D the other host's clock minus this
 * one's, a segment forth, sent at s and received at r, says D <= r - s, and one
 * back says D >= s - r. The least of the one and the greatest of the other are the
 * bounds that NTP takes from four timestamps, SYN out and in, SYN/ACK out and in;
 * the middle is right where both ways take equally long.
 */
#ifndef TCPLEDGER_CLOCKS_H
#define TCPLEDGER_CLOCKS_H

#include <stdbool.h>
#include <stdint.h>

struct record;
struct tcpledger_entry;

/**
 * enum clocks_by - what the offset rests on
 * @CLOCKS_BY_SEGMENTS: segments both ways, of the whole connection
 * @CLOCKS_DRIFTED: those before the first FIN or RST, and apart from them the others,
 *	as one clock is so much faster that no offset fits all
 * @CLOCKS_BY_WALL: the hosts' own wall clocks, as there are not segments both ways
 */
enum clocks_by {
	CLOCKS_BY_SEGMENTS,
	CLOCKS_DRIFTED,
	CLOCKS_BY_WALL,
};

/**
 * struct clocks - how two clocks stand against each other
 * @by: what @offset_ns rests on
 * @offset_ns: the other CLOCK_MONOTONIC minus this one, at the beginning
 * @bound_ns: how far the truth is from it at most; -1 if nothing bounds it
 * @drift_ns: what was added to @offset_ns until the close, where the clocks drifted
 * @drift_bound_ns: how far the truth is from @offset_ns and it at most, -1 if unbounded
 * @from_ns: from this moment of the other log on, that was added
 * @to_ns: until this one
 * @wall_ns: the other wall clock minus this one
 * @wall_known: both wall clocks are known
 * @forth: segments sent here and received there
 * @back: the other way round
 */
struct clocks {
	enum clocks_by	by;
	int64_t		offset_ns;
	int64_t		bound_ns;
	int64_t		drift_ns;
	int64_t		drift_bound_ns;
	int64_t		from_ns;
	int64_t		to_ns;
	int64_t		wall_ns;
	bool		wall_known;
	unsigned int	forth;
	unsigned int	back;
};

bool clocks_compare(struct clocks *clocks, const struct record *record,
		    const struct record *other);
bool clocks_unite(const struct clocks *clocks, struct record *record, struct record *other,
		  struct tcpledger_entry *log);

#endif
