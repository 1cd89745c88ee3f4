/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a record cut into steps, each with the kind of thing that
 * happened. A step is a run of entries that belong together: a segment with
 * the state changes and anomalies that it caused, or a call of the program
 * with the segment that TCP sent for it. Pure: a record in, steps out.
 */
#ifndef TCPLEDGER_STEPS_H
#define TCPLEDGER_STEPS_H

#include <stdbool.h>

#include "meaning/step.h"

struct record;

/**
 * struct steps - the way through a log
 * @at: where it has come to
 * @next: first entry of the next step
 */
struct steps {
	struct step_context	at;
	unsigned int		next;
};

void steps_begin(struct steps *steps, const struct record *record);
bool steps_next(struct steps *steps, struct step *step);

#endif
