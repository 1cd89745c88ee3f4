/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of a connection, one by one, in words.
 */
#ifndef TCPLEDGER_EXPLANATION_STEPS_H
#define TCPLEDGER_EXPLANATION_STEPS_H

#include <stdbool.h>

struct prose;
struct record;

void explanation_steps_add(struct prose *prose, const struct record *record, bool wall);

#endif
