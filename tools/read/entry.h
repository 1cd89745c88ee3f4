/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An entry of a record's log.
 */
#ifndef TCPLEDGER_ENTRY_H
#define TCPLEDGER_ENTRY_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tcpledger.h>

static inline bool entry_is_segment(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_OUT || e->type == TCPLEDGER_ENTRY_IN;
}

uint32_t entry_end(const struct tcpledger_entry *e);

#endif
