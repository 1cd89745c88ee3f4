/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FACTS_SEGMENT_H
#define TCPLEDGER_FACTS_SEGMENT_H

#include "verdict/facts.h"

void tcpledger_facts_note(struct tcpledger_facts *f, s64 now, u8 tag,
			  int segment);
int tcpledger_facts_log_acted_on(struct tcpledger_facts *f, s64 now,
			  const struct tcpledger_segment *seg);
void tcpledger_facts_log_late(struct tcpledger_facts *f, s64 now,
			  const struct tcpledger_segment *seg);
void tcpledger_facts_log_takeover(struct tcpledger_facts *f, s64 now,
				const struct tcpledger_segment *syn);
void tcpledger_facts_segment_done(struct tcpledger_facts *f, u8 flags,
			  bool ack_follows);
void tcpledger_facts_refused(struct tcpledger_facts *f, s64 now, int segment,
			     bool checksum);
int tcpledger_facts_log_any(struct tcpledger_facts *f, s64 now,
			    const struct tcpledger_segment *seg, u8 type,
			    u8 bits, enum tcpledger_log_class class);

/**
 * tcpledger_facts_log() - log a segment that passes now
 * @f: the facts
 * @now: CLOCK_MONOTONIC
 * @seg: the segment
 * @type: TCPLEDGER_ENTRY_IN or TCPLEDGER_ENTRY_OUT
 * @bits: TCPLEDGER_SEG_*
 * @class: whether it may use reserved room
 *
 * The usual log is not empty and has room: its code is inlined, without the checks.
 * Every other log goes through tcpledger_facts_log_any(). Without this division, and
 * the same one in enter() and tcpledger_log_latest(), a connection costs 110
 * instructions more.
 * Context: any, bucket lock held.
 * Return: as tcpledger_log_segment().
 */
static __always_inline int
tcpledger_facts_log(struct tcpledger_facts *f, s64 now,
		    const struct tcpledger_segment *seg, u8 type, u8 bits,
		    enum tcpledger_log_class class)
{
	if (unlikely(!f->log.n || !tcpledger_log_roomy(&f->log)))
		return tcpledger_facts_log_any(f, now, seg, type, bits, class);
	return tcpledger_log_segment(&f->log, tcpledger_facts_time(f, now), seg,
				     type, bits, class);
}

#endif /* TCPLEDGER_FACTS_SEGMENT_H */
