/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_NET_H
#define TCPLEDGER_NET_H

#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "ledger/lists.h"
#include "ledger/scope.h"
#include "ledger/stats.h"
#include "ledger/stream.h"

struct ctl_table_header;
struct proc_dir_entry;

/**
 * struct tcpledger_net - what one network namespace owns
 * @net: the namespace
 * @stats: its counters, per CPU
 * @proc: its directory under /proc/net, NULL if it could not be made
 * @dead: the namespace is going away; events still to come count for the initial one
 * @all: in all_nets, under all_nets_mutex
 * @scope: what it records
 * @sysctl: its table of net.tcpledger, NULL before it is registered
 * @lists: its records
 * @stream: its live stream
 */
struct tcpledger_net {
	struct net			*net;
	struct tcpledger_stats __percpu	*stats;
	struct proc_dir_entry		*proc;
	bool				dead;
	struct list_head		all;
	struct tcpledger_scope		scope;
	struct ctl_table_header		*sysctl;
	struct tcpledger_lists		lists;
	struct tcpledger_stream		stream;
};

extern unsigned int tcpledger_net_id;

/**
 * tcpledger_net() - what we keep for a namespace
 * @net: the namespace
 *
 * Context: any, preemption off or in an RCU read section: a dying namespace's
 * counters are freed a grace period after @dead was set.
 */
static inline struct tcpledger_net *tcpledger_net(const struct net *net)
{
	/* net_generic() without its RCU read section, as the caller has one. */
	const struct net_generic *own =
		rcu_dereference_check(net->gen, rcu_read_lock_sched_held());
	struct tcpledger_net *tn = own->ptr[tcpledger_net_id];

	if (unlikely(READ_ONCE(tn->dead)))
		tn = net_generic(&init_net, tcpledger_net_id);
	return tn;
}

/*
 * Has a namespace no references left? Only kernel sockets, which do not hold it, can
 * still act there: in the records they have, wherever these are by now, but they
 * begin no new ones. Context: as tcpledger_net().
 */
static inline bool tcpledger_net_dying(const struct net *net)
{
	return !check_net(net);
}

int tcpledger_net_begin(struct tcpledger_net *tn, struct net *net);
void tcpledger_net_end(struct tcpledger_net *tn);
void tcpledger_net_add(struct tcpledger_net *tn);
void tcpledger_net_remove(struct tcpledger_net *tn);
void tcpledger_net_each(void (*fn)(struct tcpledger_net *tn, void *data),
			void *data);

#endif /* TCPLEDGER_NET_H */
