/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_AGEING_H
#define TCPLEDGER_AGEING_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

/* Is the worker to be woken by a new record? */
enum tcpledger_ageing {
	TCPLEDGER_AGEING_AWAKE,
	TCPLEDGER_AGEING_ASLEEP,
	TCPLEDGER_AGEING_OVER,	/* the module goes away */
};

extern int tcpledger_ageing;

void tcpledger_ageing_wake(void);

/*
 * A record was admitted that may end without an event. Either this finds the worker
 * asleep, or the worker finds the record.
 */
static inline void tcpledger_ageing_begin(void)
{
	smp_mb();	/* pairs with cmpxchg() in tcpledger_ageing_sleep() */
	if (unlikely(READ_ONCE(tcpledger_ageing) == TCPLEDGER_AGEING_ASLEEP))
		tcpledger_ageing_wake();
}

void tcpledger_ageing_init(void (*wake)(void));
bool tcpledger_ageing_sleep(bool (*idle)(void));
void tcpledger_ageing_exit(void);

#endif /* TCPLEDGER_AGEING_H */
