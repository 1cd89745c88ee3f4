/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The diagram of a connection, made from the record of one end or of both.
 */
#ifndef TCPLEDGER_DIAGRAM_MAKE_H
#define TCPLEDGER_DIAGRAM_MAKE_H

#include <stdbool.h>

struct diagram;
struct record;

void diagram_make(struct diagram *diagram, const struct record *record,
		  const struct record *peer, bool absolute);

#endif
