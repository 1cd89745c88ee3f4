// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions of the kernel are probed at this moment, and what replaces a
 * probe that is not in force.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include "watch/kprobes.h"

#include <linux/errno.h>
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
	this_cpu_write(beacon_seen, true);
	return 0;
}

/* What replaces a probe that is not in force, and what is less exact then. */
static const struct {
	const char	*fallback;
	const char	*less_exact;
} methods[TCPLEDGER_METHOD_MAX] = {
	[TCPLEDGER_METHOD_SCHEDULE] = {
		.fallback	= "lookup",	/* when the full socket closes */
		.less_exact	= "when TIME_WAIT begins and restarts",
	},
	[TCPLEDGER_METHOD_KILL] = {
		.fallback	= "poll",	/* by reconcile/worker.c */
		.less_exact	= "when and why TIME_WAIT ends",
	},
	[TCPLEDGER_METHOD_ACCEPT] = {
		.fallback	= "none",
		.less_exact	= "who accepts",
	},
	[TCPLEDGER_METHOD_REQUEST_TIMER] = {
		.fallback	= "poll",
		.less_exact	= "when half-open connections end",
	},
	[TCPLEDGER_METHOD_ABORT] = {
		.fallback	= "context",	/* a task or a softirq */
		.less_exact	= "what 'ss -K' ends",
	},
	[TCPLEDGER_METHOD_RESET] = {
		.fallback	= "none",
		.less_exact	= "which data comes after close()",
	},
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

/*
 * Kprobes can be switched off behind our back (debugfs, ftrace_enabled), and
 * registering one then succeeds all the same. So probe and call beacon(): if its
 * handler does not run, no handler does.
 *
 * this_cpu_read() reads memory each time. __this_cpu_read() need not: the compiler
 * sees that beacon() itself writes nothing.
 */
static bool delivered(void)
{
	bool seen;

	preempt_disable();
	this_cpu_write(beacon_seen, false);
	beacon();
	seen = this_cpu_read(beacon_seen);
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

/* One line: which functions are not observed, and what is less exact for that. */
static void __init warn_of_missing(const int *errors)
{
	static char text[512] __initdata;
	bool told = delivered();
	int i, n = 0;

	for (i = 0; i < TCPLEDGER_METHOD_MAX; i++) {
		if (told && in_force(i))
			continue;
		n += scnprintf(text + n, sizeof(text) - n, "%s %s (%s",
			       n ? "," : "", methods[i].less_exact,
			       kprobes[i].symbol_name);
		if (errors[i])
			n += scnprintf(text + n, sizeof(text) - n,
				       ", error %d", errors[i]);
		n += scnprintf(text + n, sizeof(text) - n, ")");
	}
	if (n)
		pr_warn("%s; less exact:%s\n", told ?
			"the kernel refuses some kprobes" :
			"kprobes are switched off (kernel.ftrace_enabled or debugfs kprobes/enabled)",
			text);
	if (errors[BEACON])
		pr_warn("cannot probe itself (error %d): if kprobes are switched off, stats cannot say so\n",
			errors[BEACON]);
}

/**
 * tcpledger_kprobes_begin() - probe what can be probed
 * @handlers: by enum tcpledger_method
 *
 * A kprobe that is refused or not delivered does not fail the load: the ledger knows
 * less, a warning says so once, and the stats file always.
 * Context: process, at load.
 */
void __init tcpledger_kprobes_begin(const kprobe_pre_handler_t *handlers)
{
	int errors[PROBE_MAX];
	int i;

	for (i = 0; i < PROBE_MAX; i++) {
		if (i != BEACON)
			kprobes[i].pre_handler = handlers[i];
		errors[i] = TCPLEDGER_HAVE_ARGUMENTS ?
			    register_kprobe(&kprobes[i]) : -EOPNOTSUPP;
		/* Pairs with in_force(): true implies that kprobes[i] is filled. */
		smp_store_release(&kprobe_on[i], !errors[i]);
	}
	warn_of_missing(errors);
}

/**
 * tcpledger_kprobes_end() - remove the kprobes
 *
 * Context: process. No handler is running anywhere when this returns.
 */
void tcpledger_kprobes_end(void)
{
	int i;

	for (i = 0; i < PROBE_MAX; i++)
		if (kprobe_on[i])
			unregister_kprobe(&kprobes[i]);
}

/**
 * tcpledger_kprobes_request_timer() - are request timers seen at this moment?
 *
 * Context: process or softirq.
 */
bool tcpledger_kprobes_request_timer(void)
{
	return in_force(TCPLEDGER_METHOD_REQUEST_TIMER) && delivered();
}

/**
 * tcpledger_kprobes_abort() - is each call of tcp_abort() seen at this moment?
 *
 * Context: any. A caller inside a handler need not ask delivered(): that handler
 * runs, so kprobes are delivered.
 */
bool tcpledger_kprobes_abort(void)
{
	return in_force(TCPLEDGER_METHOD_ABORT);
}

/**
 * tcpledger_kprobes_show() - which probes are in force, and what they missed
 * @m: the stats file
 *
 * Context: process.
 */
void tcpledger_kprobes_show(struct seq_file *m)
{
	bool told = delivered();
	unsigned long missed = 0;
	int i;

	for (i = 0; i < TCPLEDGER_METHOD_MAX; i++) {
		/* The kernel counts without a lock. */
		missed += data_race(READ_ONCE(kprobes[i].nmissed));
		seq_printf(m, "method_%s %s\n", kprobes[i].symbol_name,
			   told && in_force(i) ? "kprobe" : methods[i].fallback);
	}
	seq_printf(m, "missed_probes %lu\n", missed);
}
