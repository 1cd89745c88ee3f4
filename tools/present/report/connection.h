/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of a report that is about one record: verdict, time bar, ladder and
 * words, state diagram, anomalies, log.
 */
#ifndef TCPLEDGER_CONNECTION_H
#define TCPLEDGER_CONNECTION_H

#include <stdbool.h>

struct diagram;
struct record;
struct text;

void connection_add(struct text *page, const struct record *record,
		    const struct diagram *diagram, const char *name, bool spaces);

#endif
