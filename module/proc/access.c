// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may open the files of a namespace.
 */
#include "proc/access.h"

#include <linux/capability.h>
#include <net/net_namespace.h>

/**
 * tcpledger_access_begin() - may the current task open a file, and hold its namespace?
 * @net: the namespace
 *
 * Like every file of /proc/net, an open file holds its namespace: the end of a
 * namespace must never wait for a read that hangs on the reader's memory.
 * Context: process.
 * Return: 0, and put_net() is due when the file is closed; -EPERM without
 * CAP_NET_ADMIN; -ENXIO if the namespace is dying.
 */
int tcpledger_access_begin(struct net *net)
{
	if (!ns_capable(net->user_ns, CAP_NET_ADMIN))
		return -EPERM;
	return maybe_get_net(net) ? 0 : -ENXIO;
}
