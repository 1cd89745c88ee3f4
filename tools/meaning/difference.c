// SPDX-License-Identifier: GPL-2.0
#include "meaning/difference.h"

#include <stdbool.h>

#include "read/entry.h"
#include "read/record.h"

/* What tells how TCP goes on; PSH, URG and ECN do not. */
#define FLAGS	(TCPLEDGER_FIN | TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK)
#define BITS	(TCPLEDGER_SEG_RETRANSMIT | TCPLEDGER_SEG_OTHER | TCPLEDGER_SEG_REFUSED)

static bool differs(const struct tcpledger_entry *a, const struct tcpledger_entry *b)
{
	if (a->type != b->type)
		return true;
	if (entry_is_segment(a))
		return (a->flags ^ b->flags) & FLAGS || (a->bits ^ b->bits) & BITS;
	if (a->type == TCPLEDGER_ENTRY_NOTE)
		return a->tag != b->tag;
	return a->from != b->from || a->to != b->to;
}

/**
 * difference_first - find where two connections go different ways
 * @a: a checked record
 * @b: another
 *
 * Numbers, lengths and times do not count: segments with their flags, what became of
 * them, changes of state and anomalies do.
 *
 * Return: the first entry that is another in the other log, or that one of them does
 * not have any more; -1 if there is none.
 */
int difference_first(const struct record *a, const struct record *b)
{
	unsigned int i;

	for (i = 0; i < a->fixed.log_n && i < b->fixed.log_n; i++)
		if (differs(&a->log[i], &b->log[i]))
			return (int)i;
	return a->fixed.log_n == b->fixed.log_n ? -1 : (int)i;
}
