/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records without what tells whose they are: each address and each program's name
 * is replaced by a made-up one, the same by the same.
 */
#ifndef TCPLEDGER_REDACT_H
#define TCPLEDGER_REDACT_H

#include <stddef.h>

struct record;

void redact(struct record *records, size_t count);

#endif
