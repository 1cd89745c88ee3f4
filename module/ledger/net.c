// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is kept of each network namespace: its counters, its lists, and its place
 * among all namespaces. netns.c calls this when a namespace begins and ends.
 */
#include "ledger/net.h"

#include <linux/cache.h>
#include <linux/mutex.h>
#include <linux/percpu.h>

unsigned int tcpledger_net_id __read_mostly;

static LIST_HEAD(all_nets);
static DEFINE_MUTEX(all_nets_mutex);	/* covers all_nets */

/**
 * tcpledger_net_begin() - allocate counters, make empty lists, set what is recorded
 * @tn: zeroed; filled, but for @proc and @sysctl
 * @net: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tcpledger_net_begin(struct tcpledger_net *tn, struct net *net)
{
	tn->net = net;
	tn->stats = alloc_percpu(struct tcpledger_stats);
	if (!tn->stats)
		return -ENOMEM;
	tcpledger_scope_begin(&tn->scope, net);
	tcpledger_lists_init(&tn->lists);
	tcpledger_stream_begin(&tn->stream);
	return 0;
}

/**
 * tcpledger_net_end() - free the counters and the filter
 * @tn: without records, and nothing counts there any more
 *
 * Context: process.
 */
void tcpledger_net_end(struct tcpledger_net *tn)
{
	tcpledger_stream_end(&tn->stream);
	tcpledger_scope_end(&tn->scope);
	free_percpu(tn->stats);
}

/**
 * tcpledger_net_add() - from now on tcpledger_net_each() visits it
 * @tn: what is kept of the namespace
 *
 * Context: process.
 */
void tcpledger_net_add(struct tcpledger_net *tn)
{
	mutex_lock(&all_nets_mutex);
	list_add_tail(&tn->all, &all_nets);
	mutex_unlock(&all_nets_mutex);
}

/**
 * tcpledger_net_remove() - tcpledger_net_each() visits it no more
 * @tn: what is kept of the namespace
 *
 * Context: process.
 */
void tcpledger_net_remove(struct tcpledger_net *tn)
{
	mutex_lock(&all_nets_mutex);
	list_del(&tn->all);
	mutex_unlock(&all_nets_mutex);
}

/**
 * tcpledger_net_each() - do something in every namespace
 * @fn: what; may sleep
 * @data: passed to it
 *
 * Namespaces can be made and can die meanwhile: the mutex is released while @fn
 * runs, and a reference keeps the namespace in the list. One that has no references
 * left is dying, and left out.
 * Context: process, also when memory is reclaimed.
 */
void tcpledger_net_each(void (*fn)(struct tcpledger_net *tn, void *data),
			void *data)
{
	struct tcpledger_net *tn, *before = NULL;

	mutex_lock(&all_nets_mutex);
	list_for_each_entry(tn, &all_nets, all) {
		if (!maybe_get_net(tn->net))
			continue;
		mutex_unlock(&all_nets_mutex);
		if (before)
			put_net(before->net);
		fn(tn, data);
		before = tn;
		mutex_lock(&all_nets_mutex);
	}
	mutex_unlock(&all_nets_mutex);
	if (before)
		put_net(before->net);
}
