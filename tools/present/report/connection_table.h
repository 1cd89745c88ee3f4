/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of a report: a row a record, which a script sorts and filters.
 */
#ifndef TCPLEDGER_CONNECTION_TABLE_H
#define TCPLEDGER_CONNECTION_TABLE_H

#include <stdbool.h>

struct record;
struct tally;
struct text;

void connection_table_begin(struct text *page, const struct tally *tally, bool spaces);
void connection_table_row(struct text *page, const struct record *record, const char *name,
			  bool spaces);
void connection_table_end(struct text *page);

#endif
