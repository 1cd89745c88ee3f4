// SPDX-License-Identifier: GPL-2.0-only
/*
 * One bug of each kind that a debug kernel looks for, to see that the harness
 * finds it: 'insmod tcpledger_broken.ko bug=NAME' does it, in the module's init.
 * Only for a VM: some of them take it down, which is right.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "which");

static DEFINE_SPINLOCK(one);
static DEFINE_SPINLOCK(other);
static DEFINE_RAW_SPINLOCK(raw);
static unsigned int sink;

static void sleeping(void)
{
	void *p;

	/* There is memory, so this returns at once; it might have slept. */
	spin_lock(&one);
	p = kmalloc(64, GFP_KERNEL);
	spin_unlock(&one);
	kfree(p);
}

static void leak(void)
{
	/* Many, since a register or the stack may keep the last pointer. */
	int i;

	for (i = 0; i < 16; i++)
		sink += !kmalloc(1000, GFP_KERNEL);
}

static void use_after_free(void)
{
	u32 *p = kmalloc(64, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(p);
	kfree(p);
	if (p)
		sink += READ_ONCE(p[3]);
}

static void lock_order(void)
{
	spin_lock(&one);
	spin_lock(&other);
	spin_unlock(&other);
	spin_unlock(&one);
	spin_lock(&other);
	spin_lock(&one);
	spin_unlock(&one);
	spin_unlock(&other);
}

/* What only a PREEMPT_RT kernel would stumble over. */
static void lock_nesting(void)
{
	raw_spin_lock(&raw);
	spin_lock(&one);
	spin_unlock(&one);
	raw_spin_unlock(&raw);
}

/* Without debugging a kernel does not notice what might sleep, but what does. */
static void asleep(void)
{
	raw_spin_lock(&raw);
	schedule_timeout_uninterruptible(1);
	raw_spin_unlock(&raw);
}

static void rcu_unlocked(void)
{
	static u32 value;
	static u32 __rcu *shared = (u32 __force __rcu *)&value;

	sink += *rcu_dereference(shared);
}

static void timer_body(struct timer_list *timer)
{
}

struct with_timer {
	struct timer_list timer;
};

static void freed_timer(void)
{
	struct with_timer *w = kzalloc(sizeof(*w), GFP_KERNEL);

	if (!w)
		return;
	timer_setup(&w->timer, timer_body, 0);
	mod_timer(&w->timer, jiffies + HZ);
	kfree(w);
}

static void wide_shift(void)
{
	unsigned int by = 40;

	OPTIMIZER_HIDE_VAR(by);
	sink += 1U << by;
}

static void which_cpu(void)
{
	sink += smp_processor_id();
}

static unsigned int contended;

static int contend(void *unused)
{
	while (!kthread_should_stop()) {
		contended++;
		barrier();
		cond_resched();
	}
	return 0;
}

static void racing(void)
{
	struct task_struct *t[2];
	int i;

	for (i = 0; i < 2; i++) {
		t[i] = kthread_run(contend, NULL, "tcpledger_race");
		if (IS_ERR(t[i]))
			return;
	}
	msleep(5000);
	for (i = 0; i < 2; i++)
		kthread_stop(t[i]);
}

static const struct {
	const char *name;
	void (*commit)(void);
} bugs[] = {
	{ "sleeping", sleeping },
	{ "leak", leak },
	{ "use_after_free", use_after_free },
	{ "lock_order", lock_order },
	{ "lock_nesting", lock_nesting },
	{ "asleep", asleep },
	{ "rcu_unlocked", rcu_unlocked },
	{ "freed_timer", freed_timer },
	{ "wide_shift", wide_shift },
	{ "which_cpu", which_cpu },
	{ "racing", racing },
};

static int __init broken_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(bugs[i].name, bug)) {
			bugs[i].commit();
			return 0;
		}
	pr_err("no bug '%s'\n", bug);
	return -EINVAL;
}

/* The timer of freed_timer() is gone with its memory: nothing is left to stop. */
static void __exit broken_exit(void)
{
}

module_init(broken_init);
module_exit(broken_exit);

MODULE_DESCRIPTION("Deliberate bugs, to test a test harness");
MODULE_LICENSE("GPL");
