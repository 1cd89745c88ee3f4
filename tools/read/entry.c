// SPDX-License-Identifier: GPL-2.0
#include "read/entry.h"

/**
 * entry_end - the sequence number after a segment
 * @e: the segment
 */
uint32_t entry_end(const struct tcpledger_entry *e)
{
	return e->seq + e->len + !!(e->flags & TCPLEDGER_SYN) + !!(e->flags & TCPLEDGER_FIN);
}
