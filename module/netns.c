// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each network namespace owns, made and taken down with it.
 *
 * When a namespace dies:
 * - .pre_exit removes the hooks and sets tn->dead, so that what still happens
 *   counts for the initial namespace;
 * - the core waits for a grace period;
 * - .exit hands the records over to the initial namespace;
 * - .exit_batch waits for another grace period and frees the counters.
 * The timewait sockets die later, when TCP's own exit runs. Their records belong to
 * the initial namespace by then, and are still found by the cookie of the dead one.
 *
 * Unload does the same for every namespace after the probes are gone, but frees
 * the records.
 */
#include "netns.h"

#include "ledger/conn.h"
#include "ledger/net.h"
#include "proc/proc.h"
#include "proc/sysctl.h"
#include "watch/hooks.h"

static bool loaded;	/* records of a dying namespace go to init_net */

static int __net_init net_init(struct net *net)
{
	struct tcpledger_net *tn = net_generic(net, tcpledger_net_id);
	int ret;

	ret = tcpledger_net_begin(tn, net);
	if (ret)
		return ret;
	ret = tcpledger_proc_init(tn);
	if (ret)
		goto err_proc;
	ret = tcpledger_sysctl_init(tn);
	if (ret)
		goto err_sysctl;
	ret = tcpledger_hooks_register(net);
	if (ret)
		goto err_hooks;
	tcpledger_net_add(tn);
	return 0;

err_hooks:
	tcpledger_sysctl_exit(tn);
err_sysctl:
	tcpledger_proc_exit(tn);
err_proc:
	synchronize_rcu();	/* as in net_exit_batch(): a file may have been polled */
	tcpledger_net_end(tn);
	return ret;
}

static void __net_exit net_pre_exit(struct net *net)
{
	struct tcpledger_net *tn = net_generic(net, tcpledger_net_id);

	tcpledger_hooks_unregister(net);
	if (!net_eq(net, &init_net))
		WRITE_ONCE(tn->dead, true);
}

static void __net_exit net_exit(struct net *net)
{
	struct tcpledger_net *tn = net_generic(net, tcpledger_net_id);

	tcpledger_net_remove(tn);
	tcpledger_sysctl_exit(tn);
	tcpledger_proc_exit(tn);
	if (READ_ONCE(loaded))
		tcpledger_conn_inherit(tn, net_generic(&init_net,
						       tcpledger_net_id));
	else
		tcpledger_conn_flush(tn);
}

/*
 * A probe that found a record before the record was handed over may still count
 * for the old namespace and lock its lists. Probes run with preemption off, so a
 * grace period waits for them. It also waits for a task that polled the live stream and
 * is just leaving its queue, see tcpledger_stream_dismiss().
 */
static void __net_exit net_exit_batch(struct list_head *nets)
{
	struct tcpledger_net *tn;
	struct net *net;

	synchronize_rcu();
	list_for_each_entry(net, nets, exit_list) {
		tn = net_generic(net, tcpledger_net_id);
		tcpledger_net_end(tn);
	}
}

static struct pernet_operations net_ops = {
	.init		= net_init,
	.pre_exit	= net_pre_exit,
	.exit		= net_exit,
	.exit_batch	= net_exit_batch,
	.id		= &tcpledger_net_id,
	.size		= sizeof(struct tcpledger_net),
};

/**
 * tcpledger_netns_init() - begin in every namespace, present and to come
 *
 * Context: process, at load.
 * Return: 0 or a negative errno.
 */
int __init tcpledger_netns_init(void)
{
	int ret = register_pernet_subsys(&net_ops);

	WRITE_ONCE(loaded, !ret);
	return ret;
}

/**
 * tcpledger_netns_exit() - end in every namespace and free all records
 *
 * Context: process, at unload, when no probe runs any more.
 */
void tcpledger_netns_exit(void)
{
	WRITE_ONCE(loaded, false);
	tcpledger_stream_stop_all();
	unregister_pernet_subsys(&net_ops);
}
