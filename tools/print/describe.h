/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record in words and aligned lines, for people.
 */
#ifndef TCPLEDGER_DESCRIBE_H
#define TCPLEDGER_DESCRIBE_H

#include <stdbool.h>

#include "commands/options.h"

struct record;

void describe_head(const struct record *record, unsigned int width, bool colour);
void describe_verdict(const struct record *record, unsigned int width, bool colour);
void describe_record(const struct record *record, enum options_clock clock,
		     unsigned int width, bool colour);

#endif
