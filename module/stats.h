/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_STATS_H
#define TCPLEDGER_STATS_H

#include <linux/percpu.h>
#include <linux/types.h>
#include <linux/tcpledger.h>

/*
 * The counters of a namespace, in the order of the stats file. The name
 * printed is the name counted.
 */
#define TCPLEDGER_COUNTERS(X)						\
	X(records_created)						\
	X(evicted_history)	/* oldest ended record, for room */	\
	X(evicted_failed)	/* oldest never established one */	\
	X(evicted_embryonic)	/* oldest half-open one */		\
	X(not_kept_full)	/* max_connections, all live */		\
	X(not_kept_total)	/* max_total over all namespaces */	\
	X(not_kept_memory)	/* no memory at that moment */		\
	X(segments_in)		/* looked at beyond the fast path */	\
	X(segments_out)							\
	X(state_changes)						\
	X(timewait_events)						\
	X(stray_segments)	/* no record, and none made */		\
	X(malformed_segments)	/* header contradicts itself */		\
	X(lost_log_entries)	/* log full or no memory for it */	\
	X(lost_pending)		/* connect() seen, its note overwritten */	\
	X(partial_records)	/* made by a state change */		\
	X(adopted_records)

/**
 * struct tcpledger_stats - counters of one namespace on one CPU
 *
 * Written with this_cpu_inc(), so right in every context.
 */
struct tcpledger_stats {
#define TCPLEDGER_COUNTER(name)	u64 name;
	TCPLEDGER_COUNTERS(TCPLEDGER_COUNTER)
#undef TCPLEDGER_COUNTER
	u64 opens[TCPLEDGER_OUTCOME_MAX];
	u64 closes[TCPLEDGER_KIND_MAX];
	u64 exits[TCPLEDGER_EXIT_MAX];
	u64 anomalies[TCPLEDGER_ANOMALY_MAX];
};

#define tcpledger_count(tn, name)	this_cpu_inc((tn)->stats->name)

#endif /* TCPLEDGER_STATS_H */
