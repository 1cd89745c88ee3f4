/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record in words and aligned lines, for people.
 */
#ifndef TCPLEDGER_DESCRIBE_H
#define TCPLEDGER_DESCRIBE_H

#include <stdbool.h>

struct record;

void describe_head(const struct record *record, unsigned int width, bool colour);
void describe_verdict(const struct record *record, unsigned int width, bool colour);
void describe_record(const struct record *record, bool wall, unsigned int width,
		     bool colour);

#endif
