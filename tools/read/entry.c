// SPDX-License-Identifier: GPL-2.0
#include "read/entry.h"

#include <linux/tcpledger.h>

/**
 * entry_is_segment - whether an entry is a segment
 * @e: the entry
 */
bool entry_is_segment(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_OUT || e->type == TCPLEDGER_ENTRY_IN;
}

/**
 * entry_end - the sequence number after a segment
 * @e: the segment
 */
uint32_t entry_end(const struct tcpledger_entry *e)
{
	return e->seq + e->len + !!(e->flags & TCPLEDGER_SYN) + !!(e->flags & TCPLEDGER_FIN);
}
