// SPDX-License-Identifier: GPL-2.0
/*
 * The log of a record: what fits, what is given up first, what comes out.
 *
 * What must have room, whatever came before: every state change of the longest
 * life a connection can have, and the first SYN, SYN/ACK and FIN each way and an
 * RST each way.
 */
#include "verdict/log.h"

#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

#define FLOOD	1000

/* Simultaneous open, simultaneous close, 2MSL: no life has more changes. */
static const u8 life[] = {
	TCPLEDGER_STATE_CLOSE, TCPLEDGER_STATE_SYN_SENT, TCPLEDGER_STATE_SYN_RECV,
	TCPLEDGER_STATE_ESTABLISHED, TCPLEDGER_STATE_FIN_WAIT1, TCPLEDGER_STATE_CLOSING,
	TCPLEDGER_STATE_TIME_WAIT, TCPLEDGER_STATE_CLOSE,
};

static const u8 firsts[] = {
	TCPLEDGER_SYN, TCPLEDGER_SYN | TCPLEDGER_ACK, TCPLEDGER_FIN | TCPLEDGER_ACK,
	TCPLEDGER_RST,
};

#define KEYS	(ARRAY_SIZE(life) - 1 + 2 * ARRAY_SIZE(firsts))

static void begin(struct tcpledger_log *log)
{
	memset(log, 0xee, sizeof(*log));
	log->more = NULL;
	log->n = 0;
	log->keys = 0;
	log->dropped = 0;
}

static void hang_on(struct tcpledger_log *log)
{
	log->more = malloc(TCPLEDGER_LOG_MORE * sizeof(*log->more));
	if (!log->more)
		abort();
}

static int segment(struct tcpledger_log *log, s64 t, u8 flags, bool out,
		   enum tcpledger_log_class class)
{
	const struct tcpledger_segment seg = { .seq = (u32)t, .flags = flags, .out = out };
	u8 type = out ? TCPLEDGER_ENTRY_OUT : TCPLEDGER_ENTRY_IN;

	return tcpledger_log_segment(log, t, &seg, type, 0, class);
}

static int minor(struct tcpledger_log *log, s64 t)
{
	return segment(log, t, TCPLEDGER_RST, false, TCPLEDGER_LOG_MINOR);
}

/* Key number @i of KEYS: false if it was given up. */
static bool key(struct tcpledger_log *log, unsigned int i, s64 t)
{
	const unsigned int changes = ARRAY_SIZE(life) - 1;

	if (i < changes)
		return tcpledger_log_state(log, t, life[i], life[i + 1],
					   TCPLEDGER_CAUSE_USER, -1) >= 0;
	i -= changes;
	return segment(log, t, firsts[i / 2], i % 2, TCPLEDGER_LOG_KEY) >= 0;
}

/* Entries 0 to n - 1 are there, in the order of time, and no other. */
static bool no_gaps(struct tcpledger_log *log)
{
	s64 last = -1;
	int i;

	for (i = 0; i < log->n; i++) {
		s64 t = tcpledger_log_time(tcpledger_log_at(log, i));

		if (t <= last)
			return false;
		last = t;
	}
	return true;
}

static void test_alone(void)
{
	struct tcpledger_log log;
	bool good = true;
	int i, n;

	begin(&log);
	for (i = 0; i < FLOOD; i++) {
		n = log.n;
		if (minor(&log, i) >= 0)
			good &= log.n == n + 1;
		else
			good &= log.n == n;
	}
	tap_result(good && log.n < TCPLEDGER_LOG_FIRST && log.n + log.dropped == FLOOD &&
		   no_gaps(&log),
		   "without a second block duplicates do not take the last place");
	n = log.n;
	for (i = 0; key(&log, (unsigned int)i, FLOOD + i); i++)
		;
	tap_result(i > 0 && log.n == TCPLEDGER_LOG_FIRST && log.n == n + i &&
		   log.dropped == FLOOD - n + 1 && no_gaps(&log),
		   "... and keys fill it to the end");
}

static void test_reserved(void)
{
	struct tcpledger_log log;
	unsigned int i, when;
	bool good = true;

	/* The flood comes before the first key, before the second, ... */
	for (when = 0; when <= KEYS; when++) {
		begin(&log);
		hang_on(&log);
		for (i = 0; i < KEYS; i++) {
			int j;

			for (j = 0; i == when && j < FLOOD; j++)
				minor(&log, i * 10000 + j);
			good &= key(&log, i, i * 10000 + FLOOD);
		}
		good &= log.n <= TCPLEDGER_LOG_MAX && no_gaps(&log);
		if (when < KEYS)
			good &= log.n + log.dropped == KEYS + FLOOD;
		free(log.more);
	}
	tap_result(good, "a flood at any moment leaves room for what must be kept");
}

static void test_full(void)
{
	struct tcpledger_log log;
	int i;

	begin(&log);
	hang_on(&log);
	for (i = 0; i < 70000; i++)
		segment(&log, i, TCPLEDGER_SYN, false, TCPLEDGER_LOG_KEY);
	tap_result(log.n == TCPLEDGER_LOG_MAX && log.dropped == 0xffff && no_gaps(&log),
		   "nothing is written beyond the last place; the count of the lost saturates");
	tap_result(tcpledger_log_state(&log, 80000, 1, 4, TCPLEDGER_CAUSE_USER, -1) ==
		   TCPLEDGER_LOG_NONE &&
		   tcpledger_log_note(&log, 80000, 3, -1) == TCPLEDGER_LOG_NONE,
		   "... and whoever appends is told");
	free(log.more);
}

/* What one event can append: a segment or a change, and the note on it. */
static void append(struct tcpledger_log *log, int kind)
{
	if (kind == 0)
		minor(log, 100);
	else if (kind == 1)
		tcpledger_log_note(log, 100, TCPLEDGER_ANOMALY_HALF_OPEN, -1);
	if (kind)
		tcpledger_log_state(log, 100, 1, 7, TCPLEDGER_CAUSE_TIMER, -1);
	if (kind != 1)
		tcpledger_log_note(log, 100, TCPLEDGER_ANOMALY_STALE_SYN, -1);
}

/* A caller asks before each event and hangs a block on when it is wanted. */
static void test_in_time(void)
{
	struct tcpledger_log log;
	bool good = true;
	int fill, kind, i;

	for (fill = 0; fill <= TCPLEDGER_LOG_FIRST; fill++)
		for (kind = 0; kind < 3; kind++) {
			begin(&log);
			for (i = 0; i < fill; i++) {
				if (tcpledger_log_wants_more(&log))
					hang_on(&log);
				minor(&log, i);
			}
			if (tcpledger_log_wants_more(&log))
				hang_on(&log);
			append(&log, kind);
			if (log.dropped) {
				good = false;
				tap_note("at %d entries one of the event's two is lost", fill);
			}
			free(log.more);
		}
	tap_result(good, "the second block is asked for before an event can need it");
}

static void test_segment_export(void)
{
	const struct tcpledger_segment seg = {
		.seq = 0xfedcba98, .ack = 0x89abcdef, .len = 123456, .win = 65535,
		.flags = 0xff, .ttl = 255, .out = true,
	};
	const s64 t = 63072000000000000LL + 7;	/* two years and 7 ns */
	struct tcpledger_entry out;
	struct tcpledger_log log;

	begin(&log);
	tcpledger_log_segment(&log, t, &seg, TCPLEDGER_ENTRY_OUT, TCPLEDGER_SEG_RETRANSMIT,
			      TCPLEDGER_LOG_KEY);
	tcpledger_log_mark(&log, tcpledger_log_at(&log, 0), TCPLEDGER_SEG_OTHER);
	memset(&out, 0xee, sizeof(out));
	tcpledger_log_export(tcpledger_log_at(&log, 0), &out);
	tap_result(out.t_ns == t && out.seq == seg.seq && out.ack == seg.ack &&
		   out.len == seg.len && out.win == seg.win && out.flags == seg.flags &&
		   out.ttl == seg.ttl && out.type == TCPLEDGER_ENTRY_OUT &&
		   out.bits == (TCPLEDGER_SEG_RETRANSMIT | TCPLEDGER_SEG_OTHER),
		   "a segment comes out as it went in, with what was marked later");
	tap_result(!out.from && !out.to && !out.cause && !out.tag && out.segment == -1,
		   "... and nothing of the other kinds of entry");
	tap_result(tcpledger_log_end(tcpledger_log_at(&log, 0)) == seg.seq + seg.len + 2,
		   "... and its end counts SYN and FIN");
	segment(&log, t, TCPLEDGER_ACK, false, TCPLEDGER_LOG_MINOR);
	tcpledger_log_export(tcpledger_log_at(&log, 1), &out);
	tap_result(out.type == TCPLEDGER_ENTRY_IN && !out.bits, "in is in");
}

static void test_small_export(void)
{
	struct tcpledger_entry out;
	struct tcpledger_log log;
	bool good = true;
	int i;

	begin(&log);
	tcpledger_log_state(&log, 5, TCPLEDGER_STATE_FIN_WAIT1, TCPLEDGER_STATE_CLOSING,
			    TCPLEDGER_CAUSE_SEGMENT, 47);
	tcpledger_log_export(tcpledger_log_at(&log, 0), &out);
	tap_result(out.t_ns == 5 && out.type == TCPLEDGER_ENTRY_STATE &&
		   out.from == TCPLEDGER_STATE_FIN_WAIT1 && out.to == TCPLEDGER_STATE_CLOSING &&
		   out.cause == TCPLEDGER_CAUSE_SEGMENT && out.segment == 47 && !out.seq &&
		   !out.ack && !out.flags && !out.bits && !out.tag,
		   "a state change comes out as it went in");
	for (i = 0; i < TCPLEDGER_ANOMALY_MAX; i++) {
		begin(&log);
		tcpledger_log_note(&log, 6, (u8)i, i % 2 ? i : TCPLEDGER_LOG_NONE);
		tcpledger_log_export(tcpledger_log_at(&log, 0), &out);
		good &= out.type == TCPLEDGER_ENTRY_NOTE && out.tag == i && out.t_ns == 6 &&
			out.segment == (i % 2 ? i : -1) && !out.from && !out.to && !out.cause;
	}
	tap_result(good, "every note comes out as it went in");
}

static void test_find(void)
{
	const u8 syn = TCPLEDGER_SYN, synack = TCPLEDGER_SYN | TCPLEDGER_ACK;
	struct tcpledger_log log;
	int i;

	begin(&log);
	tap_result(tcpledger_log_find(&log, TCPLEDGER_ENTRY_IN, 0, 0, 0, true) == -1,
		   "an empty log has nothing to find");
	hang_on(&log);
	segment(&log, 100, TCPLEDGER_SYN, false, TCPLEDGER_LOG_KEY);
	segment(&log, 200, synack, true, TCPLEDGER_LOG_KEY);
	segment(&log, 300, TCPLEDGER_SYN, true, TCPLEDGER_LOG_KEY);
	tcpledger_log_note(&log, 301, TCPLEDGER_ANOMALY_STALE_SYN, 2);
	tap_result(tcpledger_log_find(&log, TCPLEDGER_ENTRY_IN, syn, synack, 0, true) == 0 &&
		   tcpledger_log_find(&log, TCPLEDGER_ENTRY_OUT, synack, synack, 0, true) == 1 &&
		   tcpledger_log_find(&log, TCPLEDGER_ENTRY_OUT, syn, synack, 0, true) == 2,
		   "a segment is found by direction and flags");
	tap_result(tcpledger_log_find(&log, TCPLEDGER_ENTRY_IN, syn, syn, 101, false) == 0 &&
		   tcpledger_log_find(&log, TCPLEDGER_ENTRY_IN, syn, syn, 100, false) == -1,
		   "... and by the number after it");
	for (i = 4; i < 40; i++)
		segment(&log, 400 + i, TCPLEDGER_FIN, false, TCPLEDGER_LOG_KEY);
	tap_result(tcpledger_log_find(&log, TCPLEDGER_ENTRY_IN, TCPLEDGER_FIN, TCPLEDGER_FIN,
				      431, false) == 30 &&
		   tcpledger_log_find(&log, TCPLEDGER_ENTRY_IN, TCPLEDGER_FIN, TCPLEDGER_FIN,
				      406, false) == 5,
		   "... in either block");
	free(log.more);
}

int main(void)
{
	tap_plan(16);
	test_alone();
	test_reserved();
	test_full();
	test_in_time();
	test_segment_export();
	test_small_export();
	test_find();
	return tap_end();
}
