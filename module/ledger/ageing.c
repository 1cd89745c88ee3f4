// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the worker that looks at records has to run. It sleeps while no record can end
 * without an event, and a new record wakes it: by way of an irq_work, as the new
 * record may be made where nothing may be scheduled.
 */
#include "ledger/ageing.h"

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/init.h>
#include <linux/irq_work.h>
#include <linux/rcupdate.h>

int tcpledger_ageing __read_mostly;	/* enum tcpledger_ageing */

static void (*wake_worker)(void) __ro_after_init;

static void run_wake_worker(struct irq_work *work)
{
	wake_worker();
}

static DEFINE_IRQ_WORK(wake_work, run_wake_worker);

/**
 * tcpledger_ageing_wake() - let the sleeping worker run again
 *
 * Context: any, preemption off.
 */
void tcpledger_ageing_wake(void)
{
	if (cmpxchg(&tcpledger_ageing, TCPLEDGER_AGEING_ASLEEP,
		    TCPLEDGER_AGEING_AWAKE) == TCPLEDGER_AGEING_ASLEEP)
		irq_work_queue(&wake_work);
}

/**
 * tcpledger_ageing_sleep() - may the worker sleep until it is woken?
 * @idle: tells that there is no record for the worker
 *
 * Context: the worker.
 * Return: false if it has to run again by itself.
 */
bool tcpledger_ageing_sleep(bool (*idle)(void))
{
	if (!idle())
		return false;
	/* A full barrier, which pairs with the one in tcpledger_ageing_begin(). */
	if (cmpxchg(&tcpledger_ageing, TCPLEDGER_AGEING_AWAKE,
		    TCPLEDGER_AGEING_ASLEEP) != TCPLEDGER_AGEING_AWAKE)
		return true;
	/* If a record came meanwhile and woke the worker, that is enough. */
	return idle() || cmpxchg(&tcpledger_ageing, TCPLEDGER_AGEING_ASLEEP,
				 TCPLEDGER_AGEING_AWAKE) != TCPLEDGER_AGEING_ASLEEP;
}

/**
 * tcpledger_ageing_init() - set what wakes the worker
 * @wake: called in an interrupt, on PREEMPT_RT in a thread
 *
 * Context: process, at load, before the worker first runs.
 */
void __init tcpledger_ageing_init(void (*wake)(void))
{
	wake_worker = wake;
}

/**
 * tcpledger_ageing_exit() - wake the worker no more
 *
 * Hooks and probes still run. One that found the worker asleep has preemption off or
 * is in an RCU read section until its irq_work is queued.
 * Context: process. The worker may run or be queued; cancel it after this.
 */
void tcpledger_ageing_exit(void)
{
	xchg(&tcpledger_ageing, TCPLEDGER_AGEING_OVER);
	synchronize_rcu();
	irq_work_sync(&wake_work);
}
