/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a record as arrays side by side, one for each thing an entry has.
 */
#ifndef TCPLEDGER_ROW_LOG_H
#define TCPLEDGER_ROW_LOG_H

#include <stdbool.h>

struct record;
struct text;

void row_log(struct text *json, const struct record *record, bool with_sequence);

#endif
