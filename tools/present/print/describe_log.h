/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a record, a line an entry.
 */
#ifndef TCPLEDGER_DESCRIBE_LOG_H
#define TCPLEDGER_DESCRIBE_LOG_H

#include <stdbool.h>

struct record;

void describe_log(const struct record *record, bool wall, unsigned int width, bool colour);

#endif
