// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions of the kernel are probed at this moment, and what replaces a
 * probe that is not in force.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "watch/methods.h"

#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/seq_file.h>

#include "compat.h"

#define BEACON		TCPLEDGER_METHOD_MAX	/* see delivered() */
#define PROBE_MAX	(BEACON + 1)

static DEFINE_PER_CPU(bool, beacon_seen);

/* Exists only to be probed, see delivered(). */
static noinline void beacon(void)
{
	barrier();
}

static int on_beacon(struct kprobe *kp, struct pt_regs *regs)
{
	__this_cpu_write(beacon_seen, true);
	return 0;
}

/* What replaces a probe that is not in force. */
static const char *const fallbacks[TCPLEDGER_METHOD_MAX] = {
	[TCPLEDGER_METHOD_SCHEDULE]	= "lookup", /* when the full socket closes */
	[TCPLEDGER_METHOD_KILL]		= "poll", /* by reconcile/expire.c */
	[TCPLEDGER_METHOD_ACCEPT]	= "none",
	[TCPLEDGER_METHOD_REQUEST_TIMER] = "poll",
	[TCPLEDGER_METHOD_ABORT]	= "context", /* a task or a softirq */
	[TCPLEDGER_METHOD_RESET]	= "none",
};

static struct kprobe kprobes[PROBE_MAX] = {
	[TCPLEDGER_METHOD_SCHEDULE]	= { .symbol_name = "__inet_twsk_schedule" },
	[TCPLEDGER_METHOD_KILL]		= { .symbol_name = "inet_twsk_kill" },
	[TCPLEDGER_METHOD_ACCEPT]	= { .symbol_name = "__inet_accept" },
	[TCPLEDGER_METHOD_REQUEST_TIMER] = { .symbol_name = "reqsk_timer_handler" },
	[TCPLEDGER_METHOD_ABORT]	= { .symbol_name = "tcp_abort" },
	[TCPLEDGER_METHOD_RESET]	= { .symbol_name = "tcp_reset" },
	[BEACON] = {
		.addr = (kprobe_opcode_t *)beacon,
		.pre_handler = on_beacon,
	},
};

static bool kprobe_on[PROBE_MAX];	/* may be read while it is filled */

/**
 * tcpledger_methods_begin() - probe what can be probed
 * @handlers: by enum tcpledger_method
 *
 * A kprobe that cannot be registered does not fail the load: the ledger knows
 * less, a warning says so once, and the stats file always.
 * Context: process, at load.
 */
void __init tcpledger_methods_begin(const kprobe_pre_handler_t *handlers)
{
	int i, ret;

	if (!TCPLEDGER_HAVE_ARGUMENTS) {
		pr_warn("cannot read a function's arguments on this machine: less will be known\n");
		return;
	}
	for (i = 0; i < PROBE_MAX; i++) {
		if (i != BEACON)
			kprobes[i].pre_handler = handlers[i];
		ret = register_kprobe(&kprobes[i]);
		/* Pairs with in_force(): true implies that kprobes[i] is filled. */
		smp_store_release(&kprobe_on[i], !ret);
		if (ret)
			pr_warn("cannot probe %s (error %d): less will be known\n",
				i == BEACON ? "itself" : kprobes[i].symbol_name,
				ret);
	}
}

/**
 * tcpledger_methods_end() - remove the kprobes
 *
 * Context: process. No handler is running anywhere when this returns.
 */
void tcpledger_methods_end(void)
{
	int i;

	for (i = 0; i < PROBE_MAX; i++)
		if (kprobe_on[i])
			unregister_kprobe(&kprobes[i]);
}

/*
 * Kprobes can be switched off behind our back (debugfs, ftrace_enabled), and
 * registering one then succeeds all the same. So probe and call beacon(): if its
 * handler does not run, no handler does.
 */
static bool delivered(void)
{
	bool seen;

	preempt_disable();
	__this_cpu_write(beacon_seen, false);
	beacon();
	seen = __this_cpu_read(beacon_seen);
	preempt_enable();
	return seen || !READ_ONCE(kprobe_on[BEACON]);
}

static bool in_force(int i)
{
	/* kprobe_disabled() with READ_ONCE(): the flags may change right now. */
	return smp_load_acquire(&kprobe_on[i]) &&
	       !(READ_ONCE(kprobes[i].flags) &
		 (KPROBE_FLAG_DISABLED | KPROBE_FLAG_GONE));
}

/**
 * tcpledger_methods_request_timer() - are request timers seen at this moment?
 *
 * Context: process or softirq.
 */
bool tcpledger_methods_request_timer(void)
{
	return in_force(TCPLEDGER_METHOD_REQUEST_TIMER) && delivered();
}

/**
 * tcpledger_methods_abort() - is each call of tcp_abort() seen at this moment?
 *
 * Context: any. A caller inside a handler need not ask delivered(): that handler
 * runs, so kprobes are delivered.
 */
bool tcpledger_methods_abort(void)
{
	return in_force(TCPLEDGER_METHOD_ABORT);
}

/**
 * tcpledger_methods_show() - which probes are in force, and what they missed
 * @m: the stats file
 *
 * Context: process.
 */
void tcpledger_methods_show(struct seq_file *m)
{
	bool told = delivered();
	unsigned long missed = 0;
	int i;

	for (i = 0; i < TCPLEDGER_METHOD_MAX; i++) {
		/* The kernel counts without a lock. */
		missed += data_race(READ_ONCE(kprobes[i].nmissed));
		seq_printf(m, "method_%s %s\n", kprobes[i].symbol_name,
			   told && in_force(i) ? "kprobe" : fallbacks[i]);
	}
	seq_printf(m, "missed_probes %lu\n", missed);
}
