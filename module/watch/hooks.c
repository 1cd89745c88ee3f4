// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netfilter hooks: what reaches TCP, and what TCP emits. What they do is in
 * segment_in.c and segment_out.c.
 *
 * Every hook always accepts. Most segments carry data of an open connection and
 * take the fast path: a look at the flags, and at the socket or the table's note
 * of quiet endpoints.
 *
 * A hook may run in a task with BH on (NFQUEUE reinjects there, sendmsg()
 * sends there), in a softirq, in a timer. It cannot rely on the socket's lock, so
 * it reads only members that cannot change or may be read racily.
 */
#include "watch/hooks.h"

#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/net_namespace.h>

#include "watch/segment_in.h"
#include "watch/segment_out.h"

/* Last but for conntrack's confirm; what leaves is seen first. */
#define PRI_IN	(INT_MAX - 2)
#define PRI_OUT	INT_MIN

static const struct nf_hook_ops hooks[] = {
	{
		.hook		= tcpledger_hook_in4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= PRI_IN,
	},
	{
		.hook		= tcpledger_hook_out4,
		.pf		= NFPROTO_IPV4,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRI_OUT,
	},
	{
		.hook		= tcpledger_hook_in6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_IN,
		.priority	= PRI_IN,
	},
	{
		.hook		= tcpledger_hook_out6,
		.pf		= NFPROTO_IPV6,
		.hooknum	= NF_INET_LOCAL_OUT,
		.priority	= PRI_OUT,
	},
};

/**
 * tcpledger_hooks_register() - begin to see a namespace's segments
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or a negative errno.
 */
int tcpledger_hooks_register(struct net *net)
{
	return nf_register_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}

/**
 * tcpledger_hooks_unregister() - see no more of them
 * @net: the namespace
 *
 * A hook may still be running on another CPU when this returns; the caller
 * waits for a grace period before it frees anything.
 * Context: process.
 */
void tcpledger_hooks_unregister(struct net *net)
{
	nf_unregister_net_hooks(net, hooks, ARRAY_SIZE(hooks));
}
