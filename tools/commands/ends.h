/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Both ends of a connection, to be drawn: the record that was asked for and, if it can
 * be found, that of the other end.
 */
#ifndef TCPLEDGER_ENDS_H
#define TCPLEDGER_ENDS_H

#include <stdbool.h>

#include "base/text.h"
#include "read/record.h"
#include "read/record_list.h"

struct source;

/**
 * struct ends - both ends of a connection, to be drawn
 * @record: the one that was asked for
 * @peer: the other
 * @has_peer: there is one
 * @found: where @peer came from
 * @log: of @peer, by the clock of @record
 * @notes: lines on the other end, where it is of another host
 */
struct ends {
	struct record		record;
	struct record		peer;
	bool			has_peer;
	struct record_list	found;
	struct tcpledger_entry	*log;
	struct text		notes;
};

int ends_find(struct ends *ends, const struct source *source, const char *other_file,
	      const struct record *record);
void ends_print_notes(const struct ends *ends, unsigned int width);
void ends_free(struct ends *ends);

#endif
