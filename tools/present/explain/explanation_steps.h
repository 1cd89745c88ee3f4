/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The steps of a connection, one by one, in words.
 */
#ifndef TCPLEDGER_EXPLANATION_STEPS_H
#define TCPLEDGER_EXPLANATION_STEPS_H

#include <stdbool.h>

struct prose;
struct record;
struct step;

void explanation_step_add(struct prose *prose, const struct record *record,
			  const struct step *step, bool wall);
void explanation_steps_add(struct prose *prose, const struct record *record, bool wall);

#endif
