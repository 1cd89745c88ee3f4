// SPDX-License-Identifier: GPL-2.0
/*
 * A log has each SYN, FIN and RST, but of the ACKs only those that mean
 * something to a handshake or a close. So the absence of an ACK tells something
 * only where its receiver was waiting for it.
 */
#include "present/diagram/loss.h"

#include "present/diagram/diagram.h"
#include "read/record.h"

#define CONTROL		(TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST)

/* The receiver's state at a moment, 0 before its first. */
static unsigned char state_at(const struct diagram_end *end, int64_t t_ns)
{
	const struct record *record = end->record;
	unsigned char state = 0;
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE &&
		    record->log[i].t_ns <= t_ns - end->offset_ns)
			state = record->log[i].to;
	return state;
}

static bool acknowledges_fin(const struct record *record, uint32_t ack)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (e->type == TCPLEDGER_ENTRY_OUT && e->flags & TCPLEDGER_FIN &&
		    e->seq + e->len + 1 == ack)
			return true;
	}
	return false;
}

/* In a state where the receiver's log would have any segment, or this one. */
static bool is_awaited(const struct diagram_end *to, const struct tcpledger_entry *e,
		       int64_t t_ns)
{
	switch (state_at(to, t_ns)) {
	case TCPLEDGER_STATE_SYN_RECV:
		/* After SYNs that crossed the SYN/ACK is awaited, and is before any ACK. */
		return to->record->fixed.role != TCPLEDGER_ROLE_SIMULTANEOUS;
	case TCPLEDGER_STATE_TIME_WAIT:
		return true;
	case TCPLEDGER_STATE_FIN_WAIT1:
	case TCPLEDGER_STATE_CLOSING:
	case TCPLEDGER_STATE_LAST_ACK:
		return acknowledges_fin(to->record, e->ack);
	default:
		return false;
	}
}

/*
 * A SYN that meets an older connection of the same tuple is answered by an ACK of that
 * one, and is in its record: what came back first, before the receiver's record began.
 */
static bool older_answered(const struct diagram_end *from, const struct diagram_end *to,
			   const struct tcpledger_entry *e)
{
	const struct record *record = from->record;
	const struct tcpledger_entry *end = record->log + record->fixed.log_n;

	for (e++; e < end && e->t_ns < to->offset_ns - from->offset_ns; e++) {
		if (e->type == TCPLEDGER_ENTRY_OUT)
			return false;
		if (e->type == TCPLEDGER_ENTRY_IN)
			return e->flags & TCPLEDGER_ACK &&
			       !(e->flags & (TCPLEDGER_SYN | TCPLEDGER_RST));
	}
	return false;
}

/**
 * loss_is_proven - whether a segment was lost that is not in the receiver's log
 * @from: the sender, recorded
 * @to: the receiver, recorded
 * @e: the segment in the sender's log
 * @t_ns: when it left, from the diagram's beginning
 *
 * Return: true if it would be in the log, had it arrived.
 */
bool loss_is_proven(const struct diagram_end *from, const struct diagram_end *to,
		    const struct tcpledger_entry *e, int64_t t_ns)
{
	const struct tcpledger_record *r = &to->record->fixed;

	if (r->log_dropped || r->role == TCPLEDGER_ROLE_ADOPTED)
		return false;
	/* What came before is in another record, unless it is of this connection. */
	if (t_ns < to->offset_ns && (!(e->flags & TCPLEDGER_SYN) || e->flags & TCPLEDGER_ACK ||
				     e->seq != record_isn(to->record, TCPLEDGER_ENTRY_IN) ||
				     older_answered(from, to, e)))
		return false;
	if (!(r->flags & TCPLEDGER_REC_LIVE) && t_ns - to->offset_ns > r->ended_ns)
		return false;
	return e->flags & CONTROL || is_awaited(to, e, t_ns);
}
