/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a record as a table of a report.
 */
#ifndef TCPLEDGER_LOG_TABLE_H
#define TCPLEDGER_LOG_TABLE_H

struct record;
struct text;

void log_table_add(struct text *page, const struct record *record);

#endif
