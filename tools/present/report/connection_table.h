/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The table of a report: a row a record, which a script sorts and filters.
 */
#ifndef TCPLEDGER_CONNECTION_TABLE_H
#define TCPLEDGER_CONNECTION_TABLE_H

#include "present/report/connection.h"

struct tally;

void connection_table_begin(struct text *page, const struct tally *tally, struct marks marks);
void connection_table_row(struct text *page, const struct connection *connection);
void connection_table_end(struct text *page);

#endif
