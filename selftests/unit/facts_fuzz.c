// SPDX-License-Identifier: GPL-2.0
/*
 * Any series of events that the hooks and probes can tell: after each, every
 * promise of facts_check.c holds, and a segment that came has moved nothing. One
 * that left may have: a SYN/ACK to SYN_RECV, a timewait socket's ACK to TIME_WAIT.
 *
 * An event is a byte for its kind and bytes for its details; an input that ends
 * early reads as zero. What the callers never do is not done here either: a
 * record that ended hears of the RST it owes and of what comes late, a timewait
 * socket only of what happens to one.
 */
#include "verdict/facts.h"

#include "facts_check.h"
#include "fuzz.h"
#include "log_words.h"
#include "verdict/facts_in.h"
#include "verdict/facts_out.h"
#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"
#include "verdict/facts_end.h"
#include "verdict/facts_timewait.h"

#define SECOND	1000000000LL
#define CHANGES	5	/* of a full socket, after the opening */

const char *const fuzz_corpus = "corpus/facts";
const unsigned int fuzz_inputs = 4000;
const size_t fuzz_size = 512;

static unsigned long long events;

unsigned long long fuzz_events(void)
{
	return events;
}

/**
 * struct fuzz - a record and what surrounds it
 * @facts: the record's facts
 * @more: its second block
 * @data: the input that is left
 * @size: its bytes
 * @now: the clock
 * @next: the number each side sends next; 0: we, 1: the peer
 * @flight: entry of the segment that TCP is working on, or none
 * @memory: a second block is to be had
 * @changes: state changes so far
 */
struct fuzz {
	struct tcpledger_facts		facts;
	struct tcpledger_log_entry	more[TCPLEDGER_LOG_MORE];
	const u8			*data;
	size_t				size;
	s64				now;
	u32				next[2];
	int				flight;
	bool				memory;
	unsigned int			changes;
};

static void found(const struct fuzz *z, const char *what)
{
	char text[8192];

	log_words(text, sizeof(text), &z->facts);
	tap_note("log  %s", text);
	fuzz_found("facts", what);
}

static u8 byte(struct fuzz *z)
{
	if (!z->size)
		return 0;
	z->size--;
	return *z->data++;
}

static void begin(struct fuzz *z)
{
	struct tcpledger_facts *f = &z->facts;
	u8 how = byte(z);

	memset(f, 0xee, sizeof(*f));
	z->memory = how & 0x80;
	z->changes = 0;
	z->next[0] = 1000;
	z->next[1] = how & 0x40 ? 0xfffffff0 : 5000;
	z->flight = TCPLEDGER_LOG_NONE;
	switch (how & 3) {
	case 0:
		tcpledger_facts_init(f, z->now, TCPLEDGER_STATE_CLOSE, TCPLEDGER_ROLE_PASSIVE);
		break;
	case 1:
		tcpledger_facts_init(f, z->now, TCPLEDGER_STATE_CLOSE, TCPLEDGER_ROLE_ACTIVE);
		tcpledger_facts_state(f, z->now, TCPLEDGER_STATE_CLOSE, TCPLEDGER_STATE_SYN_SENT,
				      0, true);
		break;
	default:
		tcpledger_facts_init(f, z->now, how & 4 ? TCPLEDGER_STATE_CLOSE_WAIT :
				     TCPLEDGER_STATE_ESTABLISHED, TCPLEDGER_ROLE_ADOPTED);
		f->bits |= IS_PARTIAL | WAS_ESTABLISHED;
		f->outcome = TCPLEDGER_OUTCOME_ESTABLISHED;
	}
}

/* Numbers near the true ones are what can confuse; others are drawn too. */
static u32 near(struct fuzz *z, u32 number)
{
	u8 how = byte(z);

	if (how < 160)
		return number;
	if (how < 200)
		return number - how % 4;
	if (how < 240)
		return number + how % 4;
	return (u32)byte(z) << 24 | byte(z);
}

/* What TCP emits proves what it did where nothing traces it. */
static bool may_move(const struct fuzz *z, u8 from)
{
	u8 to = z->facts.state;

	return (from == TCPLEDGER_STATE_CLOSE && to == TCPLEDGER_STATE_SYN_RECV) ||
	       (from == TCPLEDGER_STATE_FIN_WAIT2 && to == TCPLEDGER_STATE_TIME_WAIT &&
		z->facts.bits & HELD_BY_TIMEWAIT);
}

static void late(struct fuzz *z, const struct tcpledger_segment *seg)
{
	const u8 control = TCPLEDGER_SYN | TCPLEDGER_FIN | TCPLEDGER_RST;

	if (!(seg->flags & control) || (seg->flags & (control | TCPLEDGER_ACK)) == TCPLEDGER_SYN)
		return;
	tcpledger_facts_log_late(&z->facts, z->now, seg);
}

static void pass(struct fuzz *z)
{
	static const u8 common[] = {
		TCPLEDGER_SYN, TCPLEDGER_SYN | TCPLEDGER_ACK, TCPLEDGER_ACK,
		TCPLEDGER_FIN | TCPLEDGER_ACK, TCPLEDGER_RST, TCPLEDGER_RST | TCPLEDGER_ACK,
		TCPLEDGER_PSH | TCPLEDGER_ACK, TCPLEDGER_FIN,
	};
	u8 how = byte(z), side = !(how & 1), extra = byte(z);
	struct tcpledger_segment seg = {
		.flags = how & 0x80 ? byte(z) : common[how >> 1 & 7],
		.len = how & 0x40 ? extra % 8 : 0,
		.out = !side,
	};
	const struct tcpledger_options opt = { .mss = extra, .wscale = (s8)(extra % 15) };
	bool synack = (seg.flags & 0x12) == 0x12;
	u8 state = z->facts.state;

	if (seg.out) {
		seg.other = how & 0x20 && extra > 200;
		seg.cookie = synack && extra > 240;
		seg.request = synack && extra < 128;
		seg.fastopen = synack && extra >= 128 && extra < 140;
	}
	seg.seq = near(z, z->next[side]);
	if (seg.flags & TCPLEDGER_ACK)
		seg.ack = near(z, z->next[!side]);
	if (z->facts.ended_at && (!seg.out || seg.other || !(seg.flags & TCPLEDGER_RST) ||
			       !(z->facts.bits & RST_OUT_DUE))) {
		late(z, &seg);
		return;
	}
	z->flight = (seg.out ? tcpledger_facts_out : tcpledger_facts_in)
			(&z->facts, z->now, &seg, &opt);
	if (seg.seq == z->next[side])
		z->next[side] = tcpledger_segment_end(&seg);
	if (seg.out)
		z->flight = TCPLEDGER_LOG_NONE;
	if (z->facts.state != state && (!seg.out || seg.other || !may_move(z, state)))
		found(z, "a segment alone moved the state");
}

/* Mostly along RFC 9293, sometimes not; what no full socket is told of, never. */
static void change(struct fuzz *z)
{
	u8 how = byte(z), to = (u8)(1 + byte(z) % 11), i;
	static const u8 errors[] = { 0, 0, 0, 0, 32, 103, 104, 110, 111, 113 };
	struct tcpledger_death d = {
		.from = z->facts.state, .error = errors[how % ARRAY_SIZE(errors)],
		.task = how & 1, .shut = how & 2, .orphan = how & 4, .soft = how & 8,
		.fin_acked = how & 16,
	};

	if (z->facts.ended_at || z->facts.bits & HELD_BY_TIMEWAIT ||
	    d.from == TCPLEDGER_STATE_CLOSE)
		return;
	for (i = 0; how & 0xc0 && i < 11; i++, to = (u8)(to % 11 + 1))
		if (tcpledger_fsm_rule(d.from, to) != TCPLEDGER_RULE_ILLEGAL)
			break;
	/* The log has room for a long life, not for one in circles. */
	if (++z->changes > CHANGES)
		to = TCPLEDGER_STATE_CLOSE;
	if (to == d.from || to == TCPLEDGER_STATE_LISTEN || to == TCPLEDGER_STATE_TIME_WAIT)
		return;
	d.rcv_nxt = near(z, z->next[1]);
	if (to == TCPLEDGER_STATE_CLOSE)
		tcpledger_facts_close(&z->facts, z->now, &d);
	else
		tcpledger_facts_state(&z->facts, z->now, d.from, to, d.rcv_nxt, d.task);
}

/* A segment can only reset a timewait socket or open its tuple anew. */
static void leave(struct fuzz *z, u8 how)
{
	bool by_segment = how == TCPLEDGER_EXIT_RESET || how == TCPLEDGER_EXIT_REUSED;

	tcpledger_facts_tw_exit(&z->facts, z->now, how,
				by_segment ? z->flight : TCPLEDGER_LOG_NONE);
}

/* When TCP frees a segment nothing can be by it any more. */
static void absorb(struct fuzz *z, u8 flags)
{
	struct tcpledger_facts *f = &z->facts;
	struct tcpledger_segment seg = { .seq = near(z, z->next[1]), .flags = flags };

	if (z->flight != TCPLEDGER_LOG_NONE) {
		seg.flags = tcpledger_log_at(&f->log, z->flight)->flags;
		seg.seq = tcpledger_log_at(&f->log, z->flight)->seq;
		seg.len = tcpledger_log_at(&f->log, z->flight)->len;
	}
	tcpledger_facts_tw_absorbed(f, z->now, &seg, z->flight);
	z->flight = TCPLEDGER_LOG_NONE;
}

static void timewait(struct fuzz *z)
{
	struct tcpledger_facts *f = &z->facts;
	bool half = f->state == TCPLEDGER_STATE_FIN_WAIT2, held = f->bits & HELD_BY_TIMEWAIT;
	u8 how = byte(z), substate = half && how & 1 ? TCPLEDGER_STATE_FIN_WAIT2 :
						       TCPLEDGER_STATE_TIME_WAIT;

	if (f->ended_at)
		return;
	if (!held && (half || f->state == TCPLEDGER_STATE_CLOSING))
		tcpledger_facts_tw_enter(f, z->now, substate, near(z, z->next[1]));
	else if (held && how < 100)
		tcpledger_facts_tw_restart(f, z->now, substate, near(z, z->next[1]), z->flight);
	else if (held && how < 200)
		absorb(z, how);
	else if (held)
		leave(z, (u8)(1 + how % (TCPLEDGER_EXIT_MAX - 1)));
}

/* A request socket given up, a SYN never answered, a namespace that dies. */
static void end(struct fuzz *z)
{
	static const u8 outcomes[] = {
		TCPLEDGER_OUTCOME_REFUSED, TCPLEDGER_OUTCOME_RESET, TCPLEDGER_OUTCOME_TIMED_OUT,
		TCPLEDGER_OUTCOME_DROPPED, TCPLEDGER_OUTCOME_ABORTED,
	};
	struct tcpledger_facts *f = &z->facts;
	u8 how = byte(z);

	if (f->ended_at || f->bits & HELD_BY_TIMEWAIT || how & 0x80)
		return;
	if (z->flight >= 0 && f->bits & HELD_BY_REQUEST && how & 1)
		tcpledger_facts_end(f, z->now, TCPLEDGER_CAUSE_SEGMENT, z->flight,
				    TCPLEDGER_OUTCOME_RESET);
	else
		tcpledger_facts_end(f, z->now, how & 2 ? TCPLEDGER_CAUSE_TIMER :
				    TCPLEDGER_CAUSE_ERROR, TCPLEDGER_LOG_NONE,
				    outcomes[how % ARRAY_SIZE(outcomes)]);
	z->flight = TCPLEDGER_LOG_NONE;
}

static void rest(struct fuzz *z, u8 kind)
{
	struct tcpledger_facts *f = &z->facts;

	switch (kind) {
	case 0:
		if (!f->ended_at && f->state != TCPLEDGER_STATE_CLOSE)
			tcpledger_facts_reset(f);
		break;
	case 1:
	case 2:
		if (z->flight >= 0)
			tcpledger_facts_refused(f, z->now, z->flight, kind == 2);
		z->flight = TCPLEDGER_LOG_NONE;
		break;
	case 3:
		if (!f->ended_at)
			tcpledger_facts_note(f, z->now, byte(z) % TCPLEDGER_ANOMALY_MAX,
					     z->flight);
		break;
	case 4:
		z->now += byte(z) * SECOND;
		break;
	case 5:
		z->now -= byte(z) % 64;
		break;
	case 6:
		if (f->ended_at)
			begin(z);
		break;
	}
}

static void event(struct fuzz *z)
{
	u8 kind = byte(z);

	z->now += kind;
	if (z->memory && tcpledger_log_wants_more(&z->facts.log))
		z->facts.log.more = z->more;
	if (kind < 120)
		pass(z);
	else if (kind < 190)
		change(z);
	else if (kind < 215)
		timewait(z);
	else if (kind < 220)
		end(z);
	else
		rest(z, kind % 7);
	events++;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct fuzz z = { .data = data, .size = size, .now = 100 * SECOND };
	const char *wrong;

	begin(&z);
	while (z.size) {
		event(&z);
		wrong = facts_check(&z.facts, z.now);
		if (wrong)
			found(&z, wrong);
	}
	return 0;
}
