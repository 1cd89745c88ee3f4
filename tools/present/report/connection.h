/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a report that is about one record: verdict, time bar, ladder and
 * words, state diagram, anomalies, log.
 */
#ifndef TCPLEDGER_CONNECTION_H
#define TCPLEDGER_CONNECTION_H

#include <stdbool.h>

#include "base/text.h"

struct diagram;
struct record;

/**
 * struct marks - what tells records apart besides their numbers
 * @spaces: they are of several network namespaces
 * @hosts: they are of two hosts
 */
struct marks {
	bool	spaces, hosts;
};

/**
 * struct connection - a record as the report tells of it
 * @record: a checked record
 * @name: id of its part of the page
 * @marks: what is told of it besides its number
 * @host: number of its host
 * @other_end: where the other end was found on the other host; empty if that is not told
 * @clocks: how the clocks of both stand; empty if that is not told
 */
struct connection {
	const struct record	*record;
	char			name[32];
	struct marks		marks;
	unsigned int		host;
	struct text		other_end;
	struct text		clocks;
};

void connection_add(struct text *page, const struct connection *connection,
		    const struct diagram *diagram);

#endif
