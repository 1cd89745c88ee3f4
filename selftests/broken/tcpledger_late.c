// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bugs that show when a module goes or has gone, after the last test has reported:
 * 'insmod tcpledger_late.ko bug=NAME' prepares one, its unload does it. For
 * selftests/vm/driver_test.sh, which sees that a run with any of them fails, on
 * Debian's own kernels. Only for a VM: most of them take it down, which is right.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "which");

/* A cache that still has an object when it is destroyed: the kernel warns. */
static void leak(void)
{
	struct kmem_cache *cache = kmem_cache_create("tcpledger_late", 64, 0, 0, NULL);

	if (cache && kmem_cache_alloc(cache, GFP_KERNEL))
		kmem_cache_destroy(cache);
}

/* A cache that is never destroyed: the kernel says nothing. */
static void leave_cache(void)
{
	if (!kmem_cache_create("tcpledger_late", 64, 0, 0, NULL))
		pr_err("no memory\n");
}

static void hang(void)
{
	DECLARE_COMPLETION_ONSTACK(never);

	wait_for_completion(&never);
}

static void timer_body(struct timer_list *timer)
{
}

static DEFINE_TIMER(timer, timer_body);

/* The module's memory is freed long before it expires. */
static void late_timer(void)
{
	mod_timer(&timer, jiffies + 100 * HZ);
}

static struct rcu_head head;

/* One callback might run before the module's text is freed; this queues another. */
static void callback(struct rcu_head *h)
{
	call_rcu(h, callback);
}

static void late_callback(void)
{
	call_rcu(&head, callback);
}

/* What the kernel prints when a socket of ours holds a device for ever. */
static void held_device(void)
{
	pr_emerg("unregister_netdevice: waiting for lo to become free. Usage count = 2\n");
}

/* What 6.12 prints of a work that is not bounded. */
static void hogging(void)
{
	pr_warn("workqueue: %ps hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND\n",
		hogging);
}

/* The same of a work of the kernel's own, which proves nothing against us. */
static void hogging_other(void)
{
	pr_warn("workqueue: %ps hogged CPU for >10000us 4 times, consider switching to WQ_UNBOUND\n",
		kfree);
}

static const struct {
	const char *name;
	void (*commit)(void);
} bugs[] = {
	{ "leak", leak },
	{ "leave_cache", leave_cache },
	{ "hang", hang },
	{ "late_timer", late_timer },
	{ "late_callback", late_callback },
	{ "held_device", held_device },
	{ "hogging", hogging },
	{ "hogging_other", hogging_other },
};

static int bug_index(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++)
		if (!strcmp(bugs[i].name, bug))
			return i;
	return -ENOENT;
}

static int __init late_init(void)
{
	if (bug_index() < 0 && strcmp(bug, "none")) {
		pr_err("no bug '%s'\n", bug);
		return -EINVAL;
	}
	return 0;
}

static void __exit late_exit(void)
{
	int i = bug_index();

	if (i >= 0)
		bugs[i].commit();
}

module_init(late_init);
module_exit(late_exit);

MODULE_DESCRIPTION("Deliberate bugs at the end, to test a test harness");
MODULE_LICENSE("GPL");
