// SPDX-License-Identifier: GPL-2.0-only
/*
 * net.tcpledger.enabled of a namespace: whether new connections get records.
 */
#include "proc/sysctl.h"

#include <linux/capability.h>
#include <linux/slab.h>
#include <linux/sysctl.h>
#include <net/net_namespace.h>

#include "compat.h"
#include "ledger/conn.h"
#include "ledger/net.h"

static void (*adopt_present)(struct tcpledger_net *tn);

/**
 * tcpledger_sysctl_adopt_by() - set the function that makes records of the connections
 * a namespace has when it is switched on
 * @adopt: may sleep; main.c passes it, as proc/ knows no reconcile/
 *
 * Context: process, at load, before there is a sysctl.
 */
void __init tcpledger_sysctl_adopt_by(void (*adopt)(struct tcpledger_net *tn))
{
	adopt_present = adopt;
}

static int enabled_handler(TCPLEDGER_CTL_CONST struct ctl_table *table, int write,
			   void *buffer, size_t *lenp, loff_t *ppos)
{
	struct tcpledger_net *tn = table->extra1;
	const bool was = READ_ONCE(tn->scope.enabled);
	int value = was;
	struct ctl_table own = {
		.data = &value, .maxlen = sizeof(value), .mode = table->mode,
		.extra1 = SYSCTL_ZERO, .extra2 = SYSCTL_ONE,
	};
	int ret;

	if (write && !ns_capable(tn->net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	ret = proc_dointvec_minmax(&own, write, buffer, lenp, ppos);
	if (ret || !write || value == was)
		return ret;
	tcpledger_scope_enable(tn, value);
	/* While the module loads, all are adopted in a moment anyway. */
	if (!value || !tcpledger_conn_allowed() || !maybe_get_net(tn->net))
		return 0;
	adopt_present(tn);
	put_net(tn->net);
	return 0;
}

/* The empty row ends the table for a kernel that is not told its length. */
static const struct ctl_table template[] = {
	{
		.procname	= "enabled",
		.maxlen		= sizeof(int),
		.mode		= 0644,
		.proc_handler	= enabled_handler,
	},
	{}
};

/**
 * tcpledger_sysctl_init() - register net.tcpledger of a namespace
 * @tn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tcpledger_sysctl_init(struct tcpledger_net *tn)
{
	struct ctl_table *table = kmemdup(template, sizeof(template),
					  GFP_KERNEL_ACCOUNT);

	if (!table)
		return -ENOMEM;
	table[0].extra1 = tn;
	tn->sysctl = tcpledger_register_sysctl(tn->net, "net/tcpledger", table, 1);
	if (tn->sysctl)
		return 0;
	kfree(table);
	return -ENOMEM;
}

/**
 * tcpledger_sysctl_exit() - remove net.tcpledger of a namespace
 * @tn: the namespace
 *
 * Waits for a write that is going on. Context: process.
 */
void tcpledger_sysctl_exit(struct tcpledger_net *tn)
{
	const struct ctl_table *table = tn->sysctl->ctl_table_arg;

	unregister_net_sysctl_table(tn->sysctl);
	tn->sysctl = NULL;
	kfree(table);
}
