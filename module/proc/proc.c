// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/ of a namespace.
 *
 * The files belong to root of the namespace's user namespace. Only that user may read
 * them, and only with CAP_NET_ADMIN there: initial sequence numbers are secrets
 * (RFC 6528), and uid 0 alone is no right.
 */
#include "proc/proc.h"

#include <linux/proc_fs.h>
#include <net/net_namespace.h>

#include "ledger/net.h"
#include "proc/files.h"

static const struct {
	const char		*name;
	umode_t			mode;
	const struct proc_ops	*ops;
} files[] = {
	{ "connections", 0400,	&tcpledger_connections_ops },
	{ "log", 0400,		&tcpledger_log_ops },
	{ "timewait", 0400,	&tcpledger_timewait_ops },
	{ "stats", 0400,	&tcpledger_stats_ops },
	{ "records", 0400,	&tcpledger_records_ops },
	{ "events", 0400,	&tcpledger_events_ops },
	{ "filter", 0600,	&tcpledger_filter_ops },
};

/**
 * tcpledger_proc_init() - make a namespace's files
 * @tn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tcpledger_proc_init(struct tcpledger_net *tn)
{
	struct net *net = tn->net;
	int i;

	tn->proc = proc_net_mkdir(net, "tcpledger", net->proc_net);
	if (!tn->proc)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(files); i++)
		if (!proc_create_data(files[i].name, files[i].mode, tn->proc,
				      files[i].ops, tn)) {
			tcpledger_proc_exit(tn);
			return -ENOMEM;
		}
	return 0;
}

/**
 * tcpledger_proc_exit() - remove a namespace's files
 * @tn: the namespace
 *
 * Waits for readers that are inside a call and closes open files; later reads fail
 * with EIO, and polls say at once that something is there. Who polls is made to leave
 * before the file is removed: procfs would not tell EPOLLHUP to one that asks for nothing
 * else. Context: process.
 */
void tcpledger_proc_exit(struct tcpledger_net *tn)
{
	tcpledger_stream_stop(&tn->stream);
	tcpledger_stream_dismiss(&tn->stream);
	proc_remove(tn->proc);
	/* A poll that had begun before the stream was stopped. */
	tcpledger_stream_dismiss(&tn->stream);
	tn->proc = NULL;
}
