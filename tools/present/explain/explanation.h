/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What there is to say of a connection: the verdict, each step, each anomaly.
 */
#ifndef TCPLEDGER_EXPLANATION_H
#define TCPLEDGER_EXPLANATION_H

#include <stdbool.h>

struct prose;
struct record;

void explanation_verdict_add(struct prose *prose, const struct record *record);
void explanation_time_wait_add(struct prose *prose, const struct record *record);
void explanation_make(struct prose *prose, const struct record *record, bool wall);

#endif
