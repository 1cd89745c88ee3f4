/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FLIGHT_H
#define TCPLEDGER_FLIGHT_H

#include <linux/ktime.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "ledger/conn.h"
#include "ledger/settle.h"
#include "ledger/table.h"
#include "verdict/facts_in.h"

struct sk_buff;
struct tcpledger_net;

/**
 * struct tcpledger_flight - the segment that TCP is processing on this CPU
 * @skb: the packet, as an identity only; NULL when TCP is done with it
 * @c: its record
 * @bucket: the record's bucket
 * @id: the record's id
 * @when: CLOCK_MONOTONIC of the hook; 0 if TCP may get the segment later
 * @index: its entry, TCPLEDGER_LOG_NONE if it was not logged
 * @task: it reached TCP in a task: written to a TUN device, or polled for
 * @context: on PREEMPT_RT, the task whose softirq or system call processes it
 * @timewait: a timewait socket received it
 * @seg: its header
 * @opt: its options, if it is a SYN
 *
 * The LOCAL_IN hook fills this under the lock of the record's bucket, and the
 * probes that TCP then hits on the same CPU read it. Interrupts are off whenever
 * more than @skb is touched. A segment that TCP queues or consumes stays noted
 * until the next one comes, even if its sk_buff is reused meanwhile: see
 * noted_header().
 *
 * On PREEMPT_RT, where softirqs of one CPU need not exclude each other
 * (PREEMPT_RT_NEEDS_BH_LOCK), the segment of one can take the place of another's. Then
 * of the latter less is known, as if it had been queued; @context keeps what TCP does
 * with it from being taken for the work of the former.
 */
struct tcpledger_flight {
	const struct sk_buff		*skb;
	struct tcpledger_conn		*c;
	u64				id;
	s64				when;
	u32				bucket;
	int				index;
	bool				task;
	bool				timewait;
#ifdef CONFIG_PREEMPT_RT
	const struct task_struct	*context;
#endif
	struct tcpledger_segment	seg;
	struct tcpledger_options	opt;
};

DECLARE_PER_CPU(struct tcpledger_flight, tcpledger_flight);

#ifdef CONFIG_PREEMPT_RT
static inline void tcpledger_flight_own(struct tcpledger_flight *f)
{
	f->context = current;
}

static inline bool tcpledger_flight_is_own(const struct tcpledger_flight *f)
{
	return f->context == current;
}
#else
static inline void tcpledger_flight_own(struct tcpledger_flight *f)
{
}

static inline bool tcpledger_flight_is_own(const struct tcpledger_flight *f)
{
	return true;
}
#endif

/* The segment in flight if it belongs to this record, bucket locked, or NULL. */
static inline struct tcpledger_flight *
tcpledger_flight_of(const struct tcpledger_conn *c)
{
	struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);

	return f->skb && f->c == c && f->id == c->id &&
	       tcpledger_flight_is_own(f) ? f : NULL;
}

/**
 * tcpledger_flight_time() - when TCP does what only a segment makes it do
 * @f: the segment, in flight on this CPU, or NULL
 *
 * In a softirq TCP takes a segment at once, so what the segment does has its time,
 * without another look at the clock. In a task it may have waited in the backlog.
 * Context: a probe.
 * Return: CLOCK_MONOTONIC.
 */
static inline s64 tcpledger_flight_time(const struct tcpledger_flight *f)
{
	return likely(f && f->when && !in_task()) ? f->when : ktime_get_mono_fast_ns();
}

/*
 * Another segment comes: TCP has finished with the previous one, often without a
 * trace, and its sk_buff may have been reused for this one.
 */
static __always_inline void tcpledger_flight_forget(void)
{
	this_cpu_write(tcpledger_flight.skb, NULL);
}

/**
 * tcpledger_flight_arrive() - a segment of a record comes
 * @c: the record, bucket locked
 * @now: CLOCK_MONOTONIC
 * @skb: the packet
 * @seg: its header
 * @opt: its options, if it is a SYN
 *
 * Logs the segment. Until TCP frees it, or the next one comes, probes on this CPU
 * take it for the cause of what TCP does.
 * Context: LOCAL_IN hook, or as tcpledger_flight_takeover().
 */
static __always_inline void
tcpledger_flight_arrive(struct tcpledger_conn *c, s64 now,
			const struct sk_buff *skb,
			const struct tcpledger_segment *seg,
			const struct tcpledger_options *opt)
{
	struct tcpledger_flight *f = this_cpu_ptr(&tcpledger_flight);

	tcpledger_conn_prepare(c, now, seg->flags);
	f->skb = skb;
	f->c = c;
	f->id = c->id;
	f->when = now;
	f->bucket = tcpledger_table_index(&c->key);
	f->task = in_task();
	tcpledger_flight_own(f);
	memcpy(&f->seg.wire, &seg->wire, sizeof(f->seg.wire));
	if (seg->flags & TCPLEDGER_SYN)
		f->opt = *opt;
	f->index = tcpledger_facts_in(&c->facts, now, seg, opt);
	f->timewait = c->facts.bits & HELD_BY_TIMEWAIT;
	tcpledger_conn_settle(c);
}

void tcpledger_flight_begin(struct tcpledger_conn *c,
			    const struct tcpledger_key *key, s64 now,
			    const struct sk_buff *skb,
			    const struct tcpledger_segment *seg,
			    const struct tcpledger_options *opt);
void tcpledger_flight_takeover(struct tcpledger_net *tn,
			       const struct tcpledger_key *key,
			       const struct tcpledger_flight *f);
void tcpledger_flight_log_acted_on(struct tcpledger_conn *c, s64 now, u32 rcv_nxt);

/*
 * TCP moves the connection of @c, bucket locked, and now expects @rcv_nxt from the
 * peer: if the segment in flight did this and the log had no room for it, log it
 * after all.
 */
static inline void tcpledger_flight_acted_on(struct tcpledger_conn *c, s64 now,
					     u32 rcv_nxt)
{
	if (unlikely(c->facts.log.dropped))
		tcpledger_flight_log_acted_on(c, now, rcv_nxt);
}

void tcpledger_flight_answered(struct tcpledger_conn *c, s64 now,
			       const struct tcpledger_segment *answer);

#endif /* TCPLEDGER_FLIGHT_H */
