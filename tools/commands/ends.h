/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Both ends of a connection, to be drawn: the record that was asked for and, if it can
 * be found, that of the other end.
 */
#ifndef TCPLEDGER_ENDS_H
#define TCPLEDGER_ENDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "meaning/clocks.h"
#include "read/peer.h"
#include "read/record.h"
#include "read/record_list.h"

struct source;

/**
 * struct ends - both ends of a connection, to be drawn
 * @record: the one that was asked for
 * @peer: the other
 * @has_peer: there is one
 * @begin_ns: of another host: when @peer begins, from the beginning of @record
 * @other: of another host: its record by its own clock, NULL if there is none
 * @join: of another host: how it was found
 * @clocks: of another host: how the clocks stand, if there is a peer
 * @found: where @peer came from
 * @log: of @peer, by the clock of @record
 * @notes: lines on the other end, where it is of another host
 */
struct ends {
	struct record		record;
	struct record		peer;
	bool			has_peer;
	int64_t			begin_ns;
	const struct record	*other;
	enum peer_join		join;
	struct clocks		clocks;
	struct record_list	found;
	struct tcpledger_entry	*log;
	struct text		notes;
};

int ends_find(struct ends *ends, const struct source *source, const char *other_file,
	      const struct record *record);
void ends_print_notes(const struct ends *ends, unsigned int width);
void ends_free(struct ends *ends);

#endif
