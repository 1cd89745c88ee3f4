/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The diagram of a connection as it was at a moment: who sees it knows no more
 * than one could know then.
 */
#ifndef TCPLEDGER_DIAGRAM_CUT_H
#define TCPLEDGER_DIAGRAM_CUT_H

#include <stdbool.h>

struct diagram;

unsigned int diagram_cut_before(const struct diagram *diagram, unsigned int row);
void diagram_cut(struct diagram *diagram, unsigned int rows, bool hide_state);

#endif
