/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_STATS_H
#define TCPLEDGER_STATS_H

#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/time64.h>
#include <linux/types.h>
#include <linux/tcpledger.h>

/*
 * The counters of a namespace, in the order and with the names of the stats file.
 */
#define TCPLEDGER_COUNTERS(X)						\
	X(records_created)						\
	X(evicted_history)	/* oldest ended record, for room */	\
	X(evicted_failed)	/* oldest never established one */	\
	X(evicted_inherited)	/* oldest one of a dead namespace */	\
	X(evicted_embryonic)	/* oldest half-open one */		\
	X(evicted_pressure)	/* of these: the kernel was short of memory */ \
	X(evicted_tuple)	/* oldest ended one of a tuple's many */ \
	X(disabled)		/* connections while net.tcpledger.enabled is 0 */ \
	X(shed)			/* SYNs of a flood */			\
	X(filtered)		/* connections that the filter does not take */	\
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
	X(adopted_records)						\
	X(missed_timewait)	/* entries and exits found by looking */ \
	X(missed_ends)		/* of sockets, found by looking */	\
	X(stream_events)	/* told while somebody listened */	\
	X(stream_lost)		/* of these, by readers that were too slow, summed up */

/*
 * Histograms of durations, in nanoseconds: bucket i counts those up to
 * 2^(i + TCPLEDGER_HIST_FIRST), the last one all that are longer.
 */
#define TCPLEDGER_HISTOGRAMS(X)						\
	X(HANDSHAKE, handshake)		/* first SYN to ESTABLISHED */	\
	X(FIN_WAIT2, fin_wait2)						\
	X(CLOSE_WAIT, close_wait)					\
	X(TIME_WAIT, time_wait)		/* measured 2MSL */

#define TCPLEDGER_HIST_FIRST	10	/* 1.024 us */
#define TCPLEDGER_HIST_BUCKETS	32	/* to 2^40 ns, 18 minutes, and beyond */

/*
 * 2MSL is 60 s, and the timer wheel lets it end up to some seconds later: always
 * between 2^35 and 2^36 ns. So for TIME_WAIT that bucket is cut into one up to the
 * first of these bounds, one for each second, and the rest.
 */
#define TCPLEDGER_HIST_CUT	36
#define TCPLEDGER_HIST_SECOND	56	/* the first bound */
#define TCPLEDGER_HIST_SECONDS	12	/* bounds, to 67 s */
#define TCPLEDGER_HIST_LAST_SECOND					\
	((s64)(TCPLEDGER_HIST_SECOND + TCPLEDGER_HIST_SECONDS - 1) *	\
	 NSEC_PER_SEC)

#define TCPLEDGER_HISTOGRAM_ENUM(name, text)	TCPLEDGER_HIST_##name,
#define TCPLEDGER_HISTOGRAM_NAME(name, text)	#text,
enum tcpledger_histogram {
	TCPLEDGER_HISTOGRAMS(TCPLEDGER_HISTOGRAM_ENUM)
	TCPLEDGER_HIST_MAX
};

/**
 * struct tcpledger_stats - counters of one namespace on one CPU
 *
 * Written with this_cpu_inc(), which is exact in every context.
 */
struct tcpledger_stats {
#define TCPLEDGER_COUNTER(name)	u64 name;
	TCPLEDGER_COUNTERS(TCPLEDGER_COUNTER)
#undef TCPLEDGER_COUNTER
	u64 opens[TCPLEDGER_OUTCOME_MAX];
	u64 closes[TCPLEDGER_KIND_MAX];
	u64 exits[TCPLEDGER_EXIT_MAX];
	u64 anomalies[TCPLEDGER_ANOMALY_MAX];
	u64 histograms[TCPLEDGER_HIST_MAX][TCPLEDGER_HIST_BUCKETS];
	u64 time_wait_seconds[TCPLEDGER_HIST_SECONDS];
};

/**
 * tcpledger_stats_time() - count a duration
 * @stats: the namespace's counters
 * @h: which histogram
 * @ns: the duration
 *
 * Context: any.
 */
static inline void tcpledger_stats_time(struct tcpledger_stats __percpu *stats,
					enum tcpledger_histogram h, s64 ns)
{
	int i = ns > 0 ? fls64(ns - 1) - TCPLEDGER_HIST_FIRST : 0;

	i = clamp(i, 0, TCPLEDGER_HIST_BUCKETS - 1);
	this_cpu_inc(stats->histograms[h][i]);
}

/**
 * tcpledger_stats_time_wait() - count a stay in TIME_WAIT
 * @stats: the namespace's counters
 * @ns: its length
 *
 * Context: any.
 */
static inline void tcpledger_stats_time_wait(struct tcpledger_stats __percpu *stats,
					     s64 ns)
{
	u64 second;

	/* Two CPUs' clocks, or a wait for the lock, can make a stay negative. */
	if (ns > (s64)BIT_ULL(TCPLEDGER_HIST_CUT - 1) &&
	    ns <= TCPLEDGER_HIST_LAST_SECOND) {
		second = div_u64((u64)ns + NSEC_PER_SEC - 1, NSEC_PER_SEC);
		second = max_t(u64, second, TCPLEDGER_HIST_SECOND);
		this_cpu_inc(stats->time_wait_seconds[second -
						      TCPLEDGER_HIST_SECOND]);
		return;
	}
	tcpledger_stats_time(stats, TCPLEDGER_HIST_TIME_WAIT, ns);
}

#define tcpledger_count(tn, name)	this_cpu_inc((tn)->stats->name)

#endif /* TCPLEDGER_STATS_H */
