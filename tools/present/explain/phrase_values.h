/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The values of the sentences of an explanation: out of the record once, and
 * out of each step.
 */
#ifndef TCPLEDGER_PHRASE_VALUES_H
#define TCPLEDGER_PHRASE_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "present/explain/phrase.h"

struct record;
struct step;

void phrase_values_of_record(struct phrase *phrase, const struct record *record);
void phrase_values_of_step(struct phrase *phrase, const struct record *record,
			   const struct step *step, int64_t stay);
int64_t phrase_values_relative(const struct record *record, uint32_t number, bool ours);

#endif
