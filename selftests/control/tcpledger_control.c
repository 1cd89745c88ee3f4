// SPDX-License-Identifier: GPL-2.0-only
/*
 * Kprobes on the functions that tcpledger probes, and nothing else: what breaks while
 * this module comes and goes is broken by the kernel, or by QEMU, and not by tcpledger.
 */
#include <linux/kprobes.h>
#include <linux/module.h>

static unsigned int hits;	/* shows that they fire; CPUs may overwrite one another's */
module_param(hits, uint, 0444);
MODULE_PARM_DESC(hits, "times that a probe fired");

static int on_hit(struct kprobe *kp, struct pt_regs *regs)
{
	WRITE_ONCE(hits, READ_ONCE(hits) + 1);
	return 0;
}

static struct kprobe kprobes[] = {
	{ .symbol_name = "__inet_twsk_schedule", .pre_handler = on_hit },
	{ .symbol_name = "inet_twsk_kill", .pre_handler = on_hit },
	{ .symbol_name = "__inet_accept", .pre_handler = on_hit },
	{ .symbol_name = "reqsk_timer_handler", .pre_handler = on_hit },
};

/* One after the other, as tcpledger does. */
static int __init control_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++) {
		int ret = register_kprobe(&kprobes[i]);

		if (!ret)
			continue;
		while (i--)
			unregister_kprobe(&kprobes[i]);
		return ret;
	}
	return 0;
}

static void __exit control_exit(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kprobes); i++)
		unregister_kprobe(&kprobes[i]);
}

module_init(control_init);
module_exit(control_exit);

MODULE_DESCRIPTION("Kprobes without tcpledger, to tell what they do to a kernel by themselves");
MODULE_LICENSE("GPL");
