// SPDX-License-Identifier: GPL-2.0-only
/*
 * tcpledger: a ledger of how every TCP connection opens and closes.
 *
 * Load in this order: memory, then namespaces (files and hooks), then the probes,
 * then the connections that existed before, then the worker that looks for what
 * ended unseen. Unload is the mirror: first stop every way in, then free what is
 * kept.
 */
#include <linux/module.h>

#include "ledger/conn.h"
#include "ledger/key.h"
#include "ledger/parameters.h"
#include "ledger/net.h"
#include "ledger/owner.h"
#include "ledger/pool.h"
#include "ledger/share.h"
#include "ledger/shed.h"
#include "ledger/stream.h"
#include "ledger/table.h"
#include "netns.h"
#include "proc/frames.h"
#include "proc/stats.h"
#include "proc/sysctl.h"
#include "reconcile/adopt.h"
#include "reconcile/worker.h"
#include "reconcile/pressure.h"
#include "watch/kprobes.h"
#include "watch/pending.h"
#include "watch/probes.h"

static int __init tcpledger_init(void)
{
	int ret;

	ret = tcpledger_parameters_init();
	if (ret)
		return ret;
	tcpledger_share_init();
	tcpledger_key_init();
	tcpledger_pending_init();
	tcpledger_listener_init();
	tcpledger_frames_init();
	tcpledger_stats_init(tcpledger_kprobes_show);
	tcpledger_sysctl_adopt_by(tcpledger_adopt);
	ret = tcpledger_pool_init();
	if (ret)
		return ret;
	ret = tcpledger_table_init();
	if (ret)
		goto err_table;
	ret = tcpledger_shed_init();
	if (ret)
		goto err_shed;
	ret = tcpledger_netns_init();
	if (ret)
		goto err_netns;
	ret = tcpledger_pressure_init();
	if (ret)
		goto err_pressure;
	ret = tcpledger_probes_init();
	if (ret)
		goto err_probes;
	tcpledger_conn_allow();
	tcpledger_adopt_all();
	tcpledger_worker_init();
	return 0;

err_probes:
	tcpledger_pressure_exit();
err_pressure:
	tcpledger_netns_exit();
err_netns:
	tcpledger_stream_exit();
	tcpledger_shed_exit();
err_shed:
	tcpledger_table_exit();
err_table:
	tcpledger_pool_exit();
	return ret;
}

static void __exit tcpledger_exit(void)
{
	tcpledger_worker_exit();
	tcpledger_probes_exit();
	tcpledger_pressure_exit();
	tcpledger_netns_exit();
	tcpledger_stream_exit();
	tcpledger_shed_exit();
	tcpledger_table_exit();
	tcpledger_pool_exit();
}

module_init(tcpledger_init);
module_exit(tcpledger_exit);

MODULE_DESCRIPTION("Ledger of TCP connections: handshake, teardown, 2MSL");
MODULE_AUTHOR("The tcpledger developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(TCPLEDGER_RELEASE);
