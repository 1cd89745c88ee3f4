// SPDX-License-Identifier: GPL-2.0
/*
 * The peer is believed where its segments prove a state: a SYN/ACK is sent in
 * SYN_RECV, an ACK of our FIN tells that the FIN came. Where no segment can
 * prove it (the last ACK of a handshake or of a close is not answered), the
 * last copy that we sent is taken to have arrived.
 */
#include "meaning/inferred_states.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "read/entry.h"
#include "read/record.h"

#define ST(name)	TCPLEDGER_STATE_##name

#define IS(e, bits)	(((e)->flags & (bits)) == (bits))

/**
 * struct infer - where the walk is
 * @record: whose peer
 * @states: what is found, by entry
 * @now: the peer's state, 0 if nothing is known of it
 * @latest: entry that changed it last, or -1
 * @our_synack: entry of our last SYN/ACK, or -1
 * @our_fin: entry of our last FIN, or -1
 * @our_fin_end: what an ACK of it acknowledges
 * @our_fin_told: the peer is known to have it
 * @its_fin: the peer sent a FIN
 * @its_fin_end: what an ACK of it acknowledges
 * @crossed_ack: our ACK of its FIN, sent while our own FIN was on its way, or -1
 */
struct infer {
	const struct record	*record;
	unsigned char		*states;
	unsigned char		now;
	int			latest;
	int			our_synack;
	int			our_fin;
	uint32_t		our_fin_end;
	bool			our_fin_told;
	bool			its_fin;
	uint32_t		its_fin_end;
	int			crossed_ack;
};

static bool is_from_peer(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_IN && !(e->bits & TCPLEDGER_SEG_REFUSED);
}

/* Whether the peer sent, after entry @i, what has all of @with and none of @without. */
static bool sends_later(const struct infer *infer, unsigned int i, unsigned int with,
			unsigned int without)
{
	const struct record *record = infer->record;

	while (++i < record->fixed.log_n)
		if (is_from_peer(&record->log[i]) && IS(&record->log[i], with) &&
		    !(record->log[i].flags & without))
			return true;
	return false;
}

static void enter(struct infer *infer, unsigned int at, unsigned char state)
{
	if (infer->now == state)
		return;
	infer->now = state;
	infer->latest = (int)at;
	infer->states[at] = state;
}

/*
 * FINs crossed: the peer got ours after it had sent its own, and our ACK next.
 */
static void take_crossing_fin(struct infer *infer, unsigned int i)
{
	if (infer->crossed_ack > infer->latest) {
		enter(infer, (unsigned int)infer->crossed_ack, ST(CLOSING));
		enter(infer, i, ST(TIME_WAIT));
	} else {
		enter(infer, i, ST(CLOSING));
	}
}

/* Entry @i tells that the peer has our FIN: it came with the last copy before. */
static void take_our_fin(struct infer *infer, unsigned int i)
{
	unsigned int at = (unsigned int)infer->our_fin;

	infer->our_fin_told = true;
	if (infer->our_fin < infer->latest)
		at = i;
	if (infer->now == ST(ESTABLISHED) || infer->now == ST(SYN_RECV))
		enter(infer, at, ST(CLOSE_WAIT));
	else if (infer->now == ST(FIN_WAIT2))
		enter(infer, at, ST(TIME_WAIT));
	else if (infer->now == ST(FIN_WAIT1) && infer->our_fin < infer->latest)
		take_crossing_fin(infer, i);
	else if (infer->now == ST(FIN_WAIT1))	/* our FIN acknowledged its FIN */
		enter(infer, at, ST(TIME_WAIT));
}

static void walk_in_syn(struct infer *infer, unsigned int i, const struct tcpledger_entry *e)
{
	if (!(e->flags & TCPLEDGER_ACK)) {
		if (!infer->now || infer->now == ST(CLOSE))
			enter(infer, i, ST(SYN_SENT));
	} else if (infer->now == ST(SYN_SENT) && infer->our_synack > infer->latest) {
		/* SYNs crossed, and so did their acknowledgments. */
		enter(infer, (unsigned int)infer->our_synack, ST(SYN_RECV));
		enter(infer, i, ST(ESTABLISHED));
	} else if (!infer->now || infer->now == ST(LISTEN) || infer->now == ST(SYN_SENT)) {
		enter(infer, i, ST(SYN_RECV));
	}
}

static void walk_in(struct infer *infer, unsigned int i, const struct tcpledger_entry *e)
{
	if (e->flags & TCPLEDGER_RST) {
		enter(infer, i, ST(CLOSE));
		return;
	}
	if (e->flags & TCPLEDGER_SYN) {
		walk_in_syn(infer, i, e);
		return;
	}
	if (!(e->flags & TCPLEDGER_ACK))
		return;
	if (infer->now == ST(SYN_SENT) || infer->now == ST(SYN_RECV))
		enter(infer, i, ST(ESTABLISHED));
	if (infer->our_fin >= 0 && !infer->our_fin_told && e->ack == infer->our_fin_end)
		take_our_fin(infer, i);
	if (!(e->flags & TCPLEDGER_FIN))
		return;
	infer->its_fin = true;
	infer->its_fin_end = entry_end(e);
	if (infer->now == ST(CLOSE_WAIT))
		enter(infer, i, ST(LAST_ACK));
	else if (infer->now == ST(ESTABLISHED) || !infer->now)
		enter(infer, i, ST(FIN_WAIT1));
}

/* What an ACK of ours tells the peer, if it gets there. */
static void walk_out_ack(struct infer *infer, unsigned int i, const struct tcpledger_entry *e)
{
	if (infer->now == ST(SYN_RECV) && !sends_later(infer, i, TCPLEDGER_SYN | TCPLEDGER_ACK, 0))
		enter(infer, i, ST(ESTABLISHED));
	if (!infer->its_fin || e->ack != infer->its_fin_end ||
	    sends_later(infer, i, TCPLEDGER_FIN, 0))
		return;
	if (infer->now == ST(LAST_ACK))
		enter(infer, i, ST(CLOSE));
	else if (infer->now == ST(CLOSING))
		enter(infer, i, ST(TIME_WAIT));
	else if (infer->now == ST(FIN_WAIT1) && infer->our_fin < 0)
		enter(infer, i, ST(FIN_WAIT2));
	else if (infer->now == ST(FIN_WAIT1))
		infer->crossed_ack = (int)i;
}

/* A SYN of ours meets a listener or a closed port; the answer tells which. */
static void walk_out_syn(struct infer *infer, unsigned int i, const struct tcpledger_entry *e)
{
	if (e->flags & TCPLEDGER_ACK)
		infer->our_synack = (int)i;
	if ((e->flags & TCPLEDGER_ACK) || infer->now)
		return;
	if (sends_later(infer, i, TCPLEDGER_SYN | TCPLEDGER_ACK, 0) &&
	    !sends_later(infer, i, TCPLEDGER_SYN, TCPLEDGER_ACK))
		enter(infer, i, ST(LISTEN));
	else if (sends_later(infer, i, TCPLEDGER_RST, 0))
		enter(infer, i, ST(CLOSE));
}

static void walk_out(struct infer *infer, unsigned int i, const struct tcpledger_entry *e)
{
	if (e->flags & TCPLEDGER_RST) {
		enter(infer, i, ST(CLOSE));
		return;
	}
	if (e->flags & TCPLEDGER_SYN) {
		walk_out_syn(infer, i, e);
		return;
	}
	if (e->flags & TCPLEDGER_FIN) {
		infer->our_fin = (int)i;
		infer->our_fin_end = entry_end(e);
	}
	if (e->flags & TCPLEDGER_ACK)
		walk_out_ack(infer, i, e);
}

/* While we are open, neither has sent a FIN: so is the peer. */
static unsigned char state_before(const struct record *record)
{
	unsigned int i;

	if (record->fixed.role != TCPLEDGER_ROLE_ADOPTED)
		return 0;
	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_STATE)
			return record->log[i].from == ST(ESTABLISHED) ? ST(ESTABLISHED) : 0;
	return record->fixed.state == ST(ESTABLISHED) ? ST(ESTABLISHED) : 0;
}

/**
 * inferred_states_of_remote - find the states of an end that is not recorded
 * @record: record of the other end
 * @states: set, for each entry of its log, to the state that the peer entered
 *	with this segment (before it sent it, or when it got it), else to 0
 */
void inferred_states_of_remote(const struct record *record, unsigned char *states)
{
	struct infer infer = {
		.record = record, .states = states, .latest = -1,
		.our_synack = -1, .our_fin = -1,
		.crossed_ack = -1, .now = state_before(record),
	};
	unsigned int i;

	memset(states, 0, record->fixed.log_n);
	if (infer.now && record->fixed.log_n)
		states[0] = infer.now;
	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (is_from_peer(e))
			walk_in(&infer, i, e);
		else if (e->type == TCPLEDGER_ENTRY_OUT && !(e->bits & TCPLEDGER_SEG_OTHER))
			walk_out(&infer, i, e);
	}
}
