// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/stats: a line "name value" for each number.
 */
#include "proc/stats.h"

#include <linux/cpumask.h>
#include <linux/fs.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "ledger/conn.h"
#include "ledger/net.h"
#include "ledger/pool.h"
#include "ledger/shed.h"
#include "ledger/stats.h"
#include "ledger/table.h"
#include "proc/access.h"
#include "proc/files.h"
#include "verdict/record.h"

static void (*show_methods)(struct seq_file *m);

/**
 * tcpledger_stats_init() - set the function that shows which probes are in force
 * @show: writes its lines of the file; main.c passes it, as proc/ knows no watch/
 *
 * Context: process, at load, before there is a file.
 */
void __init tcpledger_stats_init(void (*show)(struct seq_file *m))
{
	show_methods = show;
}

static void add_up(struct tcpledger_stats *sum,
		   const struct tcpledger_stats __percpu *stats)
{
	const size_t n = sizeof(*sum) / sizeof(u64);
	int cpu;
	size_t i;

	for_each_possible_cpu(cpu) {
		const u64 *from = (const u64 *)per_cpu_ptr(stats, cpu);
		u64 *to = (u64 *)sum;

		for (i = 0; i < n; i++)
			to[i] += READ_ONCE(from[i]);
	}
}

/*
 * In a namespace of the initial user namespace: all memory. In others only the memory
 * of their own records and events, as a container must not learn what the rest holds.
 */
static u64 memory_bytes(struct tcpledger_net *tn, u32 records)
{
	if (tn->net->user_ns != &init_user_ns)
		return (u64)records * TCPLEDGER_CONN_SIZE +
		       tcpledger_stream_bytes(&tn->stream);
	return tcpledger_pool_bytes() + tcpledger_table_bytes() +
	       tcpledger_shed_bytes() + tcpledger_stream_all_bytes();
}

static void show_gauges(struct seq_file *m, struct tcpledger_net *tn)
{
	u32 counts[TCPLEDGER_PLACE_MAX];
	u32 total = tcpledger_lists_counts(tn, counts);
	u32 over = counts[TCPLEDGER_PLACE_HISTORY] +
		   counts[TCPLEDGER_PLACE_FAILED] +
		   counts[TCPLEDGER_PLACE_INHERITED];

	seq_printf(m, "records_total %u\n", total);
	seq_printf(m, "records_live %u\n", total - over);
	seq_printf(m, "records_time_wait %u\n",
		   counts[TCPLEDGER_PLACE_TIMEWAIT]);
	seq_printf(m, "records_embryonic %u\n", counts[TCPLEDGER_PLACE_FRESH] +
		   counts[TCPLEDGER_PLACE_EMBRYONIC]);
	seq_printf(m, "records_history %u\n", over);
	seq_printf(m, "records_never_established %u\n",
		   counts[TCPLEDGER_PLACE_FAILED]);
	seq_printf(m, "memory_bytes %llu\n", memory_bytes(tn, total));
	seq_printf(m, "stream_readers %u\n", READ_ONCE(tn->stream.readers));
}

static void show_set(struct seq_file *m, const char *prefix,
		     const char *const *names, const u64 *values, int first,
		     int n)
{
	int i;

	for (i = first; i < n; i++)
		seq_printf(m, "%s_%s %llu\n", prefix, names[i], values[i]);
}

static void show_seconds(struct seq_file *m, const char *name,
			 const struct tcpledger_stats *sum)
{
	int i;

	for (i = 0; i < TCPLEDGER_HIST_SECONDS; i++)
		seq_printf(m, "hist_%s_%llu %llu\n", name,
			   (i + TCPLEDGER_HIST_SECOND) * (u64)NSEC_PER_SEC,
			   sum->time_wait_seconds[i]);
}

static void show_histograms(struct seq_file *m,
			    const struct tcpledger_stats *sum)
{
	static const char *const names[] = {
		TCPLEDGER_HISTOGRAMS(TCPLEDGER_HISTOGRAM_NAME)
	};
	int h, i;

	for (h = 0; h < TCPLEDGER_HIST_MAX; h++)
		for (i = 0; i < TCPLEDGER_HIST_BUCKETS; i++) {
			u64 n = sum->histograms[h][i];

			if (h == TCPLEDGER_HIST_TIME_WAIT &&
			    i + TCPLEDGER_HIST_FIRST == TCPLEDGER_HIST_CUT)
				show_seconds(m, names[h], sum);
			if (i < TCPLEDGER_HIST_BUCKETS - 1)
				seq_printf(m, "hist_%s_%llu %llu\n", names[h],
					   1ULL << (i + TCPLEDGER_HIST_FIRST),
					   n);
			else
				seq_printf(m, "hist_%s_inf %llu\n", names[h],
					   n);
		}
}

static int stats_show(struct seq_file *m, void *v)
{
	struct tcpledger_net *tn = m->private;
	struct tcpledger_stats *sum = kzalloc(sizeof(*sum), GFP_KERNEL);

	if (!sum)
		return -ENOMEM;
	add_up(sum, tn->stats);
	show_gauges(m, tn);
#define TCPLEDGER_COUNTER(name)	seq_printf(m, #name " %llu\n", sum->name);
	TCPLEDGER_COUNTERS(TCPLEDGER_COUNTER)
#undef TCPLEDGER_COUNTER
	show_set(m, "opens", tcpledger_outcome_names, sum->opens,
		 TCPLEDGER_OUTCOME_ESTABLISHED, TCPLEDGER_OUTCOME_MAX);
	show_set(m, "closes", tcpledger_kind_names, sum->closes,
		 TCPLEDGER_KIND_FOUR_SEGMENT, TCPLEDGER_KIND_MAX);
	show_set(m, "time_wait_exits", tcpledger_exit_names, sum->exits,
		 TCPLEDGER_EXIT_EXPIRED, TCPLEDGER_EXIT_MAX);
	show_histograms(m, sum);
	show_set(m, "anomalies", tcpledger_anomaly_names, sum->anomalies, 0,
		 TCPLEDGER_ANOMALY_MAX);
	show_methods(m);
	kfree(sum);
	return 0;
}

static int stats_open(struct inode *inode, struct file *file)
{
	struct tcpledger_net *tn = pde_data(inode);
	int ret = tcpledger_access_begin(tn->net);

	if (ret)
		return ret;
	ret = single_open(file, stats_show, tn);
	if (ret)
		put_net(tn->net);
	return ret;
}

static int stats_release(struct inode *inode, struct file *file)
{
	struct tcpledger_net *tn = pde_data(inode);

	put_net(tn->net);
	return single_release(inode, file);
}

const struct proc_ops tcpledger_stats_ops = {
	.proc_open	= stats_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= stats_release,
};
