/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An entry of a record's log.
 */
#ifndef TCPLEDGER_ENTRY_H
#define TCPLEDGER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

struct tcpledger_entry;

bool entry_is_segment(const struct tcpledger_entry *e);
uint32_t entry_end(const struct tcpledger_entry *e);

#endif
