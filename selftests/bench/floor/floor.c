// SPDX-License-Identifier: GPL-2.0-only
/*
 * What watching costs before anything is done: a netfilter hook each way and a
 * probe on inet_sock_set_state, all empty. A module that does as tcpledger does
 * cannot cost less.
 */
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <net/net_namespace.h>
#include <trace/events/sock.h>

static struct tracepoint *state;
static unsigned long calls;	/* by one CPU only: the bench looks whether there were any */
module_param(calls, ulong, 0444);
MODULE_PARM_DESC(calls, "how often a hook or the probe was called");

static unsigned int hook(void *priv, struct sk_buff *skb, const struct nf_hook_state *s)
{
	calls++;
	return NF_ACCEPT;
}

static void probe(void *data, const struct sock *sk, const int from, const int to)
{
	calls++;
}

static const struct nf_hook_ops hooks[] = {
	{ .hook = hook, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_IN },
	{ .hook = hook, .pf = NFPROTO_IPV4, .hooknum = NF_INET_LOCAL_OUT },
};

static void find(struct tracepoint *tp, void *data)
{
	if (!strcmp(tp->name, "inet_sock_set_state"))
		state = tp;
}

static int __init floor_init(void)
{
	int ret;

	check_trace_callback_type_inet_sock_set_state(probe);
	for_each_kernel_tracepoint(find, NULL);
	if (!state)
		return -ENOENT;
	ret = tracepoint_probe_register(state, probe, NULL);
	if (ret)
		return ret;
	ret = nf_register_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
	if (ret) {
		tracepoint_probe_unregister(state, probe, NULL);
		tracepoint_synchronize_unregister();
	}
	return ret;
}

static void __exit floor_exit(void)
{
	nf_unregister_net_hooks(&init_net, hooks, ARRAY_SIZE(hooks));
	tracepoint_probe_unregister(state, probe, NULL);
	tracepoint_synchronize_unregister();
}

module_init(floor_init);
module_exit(floor_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The least that an observer of TCP connections costs");
