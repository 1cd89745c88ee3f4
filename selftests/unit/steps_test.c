// SPDX-License-Identifier: GPL-2.0
/*
 * Connections, as the module records them, and the steps that an explanation
 * must tell, written down by hand from RFC 9293. Every kind of step occurs,
 * and every kind has a lesson.
 */
#include <stdio.h>
#include <string.h>

#include "present/explain/lessons.h"
#include "meaning/steps.h"
#include "read/record.h"
#include "script_record.h"
#include "tap.h"

#define OPEN		"active >S <SA SYN_SENT>ESTABLISHED >A "
#define OPENED		"SYN_OUT SYNACK_IN ACK_OUT_THIRD "
#define PASSIVE		"passive <S >SA:request <A SYN_RECV>ESTABLISHED "
#define PASSED		"SYN_IN SYNACK_OUT ACK_IN_THIRD "
#define WAITING		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 " \
			"tw:FIN_WAIT2 @100 <F rearm:TIME_WAIT,at=9 >A done:9 "
#define WAITED		OPENED "FIN_OUT ACK_IN_OF_FIN FIN_IN_SECOND ACK_OUT_LAST "

static const struct {
	const char	*name;
	const char	*events;
	const char	*kinds;
} cases[] = {
	{ "four segments", WAITING "gone:expired", WAITED "EXPIRED" },
	{
		"the peer closes first",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		PASSED "FIN_IN ACK_OUT_OF_FIN FIN_OUT_SECOND ACK_IN_LAST",
	}, {
		"three segments, the peer closes first",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT CLOSE_WAIT>LAST_ACK:task >F <A\n"
		"LAST_ACK>CLOSE:acked",
		PASSED "FIN_IN FIN_OUT_WITH_ACK ACK_IN_LAST",
	}, {
		"three segments, we close first",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F FIN_WAIT1>FIN_WAIT2 >A tw:TIME_WAIT",
		OPENED "FIN_OUT FIN_IN_WITH_ACK ACK_OUT_LAST BY_EARLIER",
	}, {
		"the FINs cross",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F:ack=1001 >A FIN_WAIT1>CLOSING <A\n"
		"tw:TIME_WAIT",
		OPENED "FIN_OUT FIN_IN_CROSSES ACK_OUT_OF_FIN BY_EARLIER ACK_IN_CLOSING",
	}, {
		"the SYNs cross",
		"active >S <S SYN_SENT>SYN_RECV >SA <SA SYN_RECV>ESTABLISHED",
		"SYN_OUT SYN_IN_CROSSES SYNACK_OUT_CROSSES SYNACK_IN_CROSSES",
	}, {
		"everything is lost once",
		"active >S >S <SA SYN_SENT>ESTABLISHED >A <SA >A ESTABLISHED>FIN_WAIT1:task\n"
		">F >F <A FIN_WAIT1>FIN_WAIT2",
		"SYN_OUT SYN_OUT_AGAIN SYNACK_IN ACK_OUT_THIRD SYNACK_IN_AGAIN ACK_OUT_ANSWER\n"
		"FIN_OUT FIN_OUT_AGAIN ACK_IN_OF_FIN",
	}, {
		"and at the other side",
		"passive <S >SA:request <S >SA:request <A SYN_RECV>ESTABLISHED <F\n"
		"ESTABLISHED>CLOSE_WAIT >A <F >A",
		"SYN_IN SYNACK_OUT SYN_IN_AGAIN SYNACK_OUT_AGAIN ACK_IN_THIRD FIN_IN\n"
		"ACK_OUT_OF_FIN FIN_IN_AGAIN ACK_OUT_ANSWER",
	}, {
		"the last ACK is lost, old segments come",
		WAITING "<F rearm:TIME_WAIT,at=12 >A <A:seq=5000,ack=1001 done:15\n"
		"<S:seq=4000,forged done:16 >A <R:refused",
		WAITED "FIN_IN_TIME_WAIT ACK_OUT_LAST_AGAIN OLD_DUPLICATE SYN_IN_TIME_WAIT\n"
		"ACK_OUT_ANSWER RST_IN_TIME_WAIT",
	}, {
		"TIME_WAIT assassinated",
		WAITING "<R gone:reset,at=12", WAITED "RST_IN_ASSASSINATES",
	}, {
		"TIME_WAIT reused by the peer",
		WAITING "<S:seq=90000,forged gone:reused,at=12", WAITED "SYN_IN_REUSES",
	},
	{ "TIME_WAIT reused by connect", WAITING "gone:reused", WAITED "REUSED_BY_CONNECT" },
	{ "TIME_WAIT killed", WAITING "gone:killed", WAITED "KILLED" },
	{ "the namespace dies", WAITING "gone:netns", WAITED "NAMESPACE_GONE" },
	{
		"no room for TIME_WAIT",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <F:ack=1001 >A FIN_WAIT1>CLOSING <A\n"
		"CLOSING>CLOSE:acked",
		OPENED "FIN_OUT FIN_IN_CROSSES ACK_OUT_OF_FIN BY_EARLIER OVERFLOW",
	}, {
		"Fast Open, client",
		"active >S:len=5 <SA SYN_SENT>ESTABLISHED >A",
		"SYN_OUT_DATA SYNACK_IN ACK_OUT_THIRD",
	}, {
		"Fast Open, server",
		"passive <S:len=5 >SA:fastopen <A SYN_RECV>ESTABLISHED",
		"SYN_IN_DATA SYNACK_OUT ACK_IN_THIRD",
	}, {
		"SYN cookie",
		"passive <S >SA:cookie <A SYN_RECV>ESTABLISHED",
		"SYN_IN SYNACK_OUT_COOKIE ACK_IN_THIRD",
	},
	{ "TFO, empty SYN", "passive <S >SA:fastopen <A SYN_RECV>ESTABLISHED",
	  "SYN_IN SYNACK_OUT ACK_IN_THIRD" },
	{ "SYN data ignored", "active >S:len=5 <SA:ack=1001 SYN_SENT>ESTABLISHED >A",
	  "SYN_OUT_DATA SYNACK_IN ACK_OUT_THIRD" },
	{ "asking", "active >S >S", "SYN_OUT SYN_OUT_AGAIN" },
	{ "being asked", "passive <S >SA:request", "SYN_IN SYNACK_OUT" },
	{ "TFO being asked", "passive <S:len=5 >SA:fastopen", "SYN_IN_DATA SYNACK_OUT" },
	{
		"RST behind FIN",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A <R reset CLOSE_WAIT>CLOSE:err=32",
		PASSED "FIN_IN ACK_OUT_OF_FIN RST_IN_ABORTS",
	}, {
		"FIN unanswered",
		PASSIVE "<F ESTABLISHED>CLOSE_WAIT >A CLOSE_WAIT>LAST_ACK:task >F\n"
		"LAST_ACK>CLOSE:err=110",
		PASSED "FIN_IN ACK_OUT_OF_FIN FIN_OUT_SECOND TIMEOUT_FIN",
	},
	{ "RST ignored", WAITING "<R:refused gone:expired", WAITED "RST_IN_TIME_WAIT EXPIRED" },
	{ "refused by us", "passive <S >RA end:segment,refused,at=1",
	  "SYN_IN_CLOSED_PORT RST_OUT_CLOSED_PORT" },
	{ "refused by the peer", "active >S <RA reset SYN_SENT>CLOSE:err=111",
	  "SYN_OUT RST_IN_REFUSES" },
	{ "a scanner", "passive <S >SA:request <R reset end:segment,reset,at=3",
	  "SYN_IN SYNACK_OUT RST_IN_HANDSHAKE" },
	{ "no answer", "active >S SYN_SENT>CLOSE:err=110", "SYN_OUT TIMEOUT_SYN" },
	{ "no third ACK", "passive <S >SA:request end:timer,timed_out",
	  "SYN_IN SYNACK_OUT TIMEOUT_SYNACK" },
	{ "unreachable", "active >S SYN_SENT>CLOSE:err=113", "SYN_OUT UNREACHABLE" },
	{ "given up", "active >S SYN_SENT>CLOSE:task,shut", "SYN_OUT GIVEN_UP" },
	{ "a SYN never answered", "passive <S end:timer,dropped", "SYN_IN_UNANSWERED" },
	{
		"the third ACK not taken",
		"passive <S >SA:request <A:refused end:timer,dropped",
		"SYN_IN SYNACK_OUT ACK_IN_NOT_TAKEN TIMEOUT_SYNACK",
	}, {
		"an old SYN/ACK, then an old ACK",
		"active >S <SA:seq=7000,ack=900 >R:seq=900,forged <A:seq=7000,ack=400\n"
		">R:seq=400,forged",
		"SYN_OUT SYNACK_IN_STALE RST_OUT_STALE ACK_IN_INVALID RST_OUT_STALE",
	}, {
		"an ACK out of the window",
		"passive <S >SA:request <A:seq=900000,refused >A",
		"SYN_IN SYNACK_OUT OUT_OF_WINDOW ACK_OUT_ANSWER",
	}, {
		"half-open: a SYN, a challenge, an RST",
		OPEN "<S:seq=90000,forged >A refused:5 <R reset ESTABLISHED>CLOSE:err=104",
		OPENED "SYN_IN_STALE ACK_OUT_CHALLENGE RST_IN_ABORTS",
	}, {
		"forged and broken segments",
		OPEN "<R:seq=900000,refused <F:seq=900000,refused <F:seq=5050,badsum >R:other",
		OPENED "RST_IN_IGNORED FIN_IN_HELD BAD_CHECKSUM NOT_TCP",
	},
	{ "close with unread data", OPEN "ESTABLISHED>CLOSE:task >RA", OPENED "RST_OUT_ABORT" },
	{ "keepalive", OPEN "ESTABLISHED>CLOSE:err=110 >RA", OPENED "RST_OUT_TIMEOUT" },
	{ "retransmissions", OPEN "ESTABLISHED>CLOSE:err=110", OPENED "TIMEOUT_DATA" },
	{ "an error", OPEN "ESTABLISHED>CLOSE:task,orphan", OPENED "ERROR" },
	{
		"no ACK of our FIN",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F FIN_WAIT1>CLOSE:err=110",
		OPENED "FIN_OUT TIMEOUT_FIN",
	}, {
		"the peer never closes",
		OPEN "ESTABLISHED>FIN_WAIT1:task >F <A FIN_WAIT1>FIN_WAIT2 tw:FIN_WAIT2\n"
		"<A >A gone:expired",
		OPENED "FIN_OUT ACK_IN_OF_FIN OTHER_IN ACK_OUT_ANSWER TIMEOUT_FIN_WAIT2",
	}, {
		"data after close()",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <A FIN_WAIT1>FIN_WAIT2:orphan,shut\n"
		"reset FIN_WAIT2>CLOSE:orphan,shut >R",
		OPENED "FIN_OUT ACK_IN_OF_FIN RST_OUT_LATE_DATA",
	}, {
		"data after close(), our RST lost",
		OPEN "ESTABLISHED>FIN_WAIT1:task,shut >F <A FIN_WAIT1>FIN_WAIT2:orphan,shut\n"
		"reset FIN_WAIT2>CLOSE:orphan,shut",
		OPENED "FIN_OUT ACK_IN_OF_FIN CLOSED_LATE_DATA",
	}, {
		"aborted without an RST",
		OPEN "ESTABLISHED>CLOSE:task", OPENED "ABORTED",
	}, {
		"what comes after the end",
		OPEN "<RA reset ESTABLISHED>CLOSE:err=104 <F >R >F",
		OPENED "RST_IN_ABORTS LATE_IN RST_OUT_ANSWER LATE_OUT",
	}, {
		"close behind queued data",
		OPEN "ESTABLISHED>FIN_WAIT1:task <R:seq=900000,refused >F",
		OPENED "CLOSE_CALL RST_IN_IGNORED FIN_OUT",
	},
	{ "connect without a SYN", "active SYN_SENT>CLOSE:task", "CONNECT ERROR" },
	{ "repair", "active SYN_SENT>ESTABLISHED:task", "CONNECT REPAIR" },
	{ "an illegal change", OPEN "ESTABLISHED>SYN_SENT", OPENED "ILLEGAL" },
	{ "adopted, and a FIN not logged", "adopted:ESTABLISHED ESTABLISHED>CLOSE_WAIT",
	  "BY_UNLOGGED" },
	{ "adopted, end not seen", "adopted:TIME_WAIT gone:reset", "CHANGE" },
	{ "a note first", "adopted:ESTABLISHED note:orphan_timeout", "NOTE" },
	{ "an answer to nothing", "adopted:FIN_WAIT2 tw:FIN_WAIT2 >A", "OTHER_OUT" },
};

static const char *const names[] = {
#define NAME(name)	#name,
	STEP_KINDS(NAME)
};

/* The kinds of all steps, a blank behind each; @seen is marked. */
static void write_kinds(char *text, size_t size, const struct record *record, bool *seen)
{
	struct steps steps;
	struct step step;
	unsigned int next = 0;

	text[0] = '\0';
	for (steps_begin(&steps, record); steps_next(&steps, &step); next = step.to) {
		snprintf(text + strlen(text), size - strlen(text), "%s%s",
			 step.from == next ? "" : "GAP ", names[step.kind]);
		strcat(text, " ");
		seen[step.kind] = true;
	}
	if (next != record->fixed.log_n)
		strcat(text, "END MISSING");
}

static bool same_words(const char *a, const char *b)
{
	for (;;) {
		size_t len = strcspn(a += strspn(a, "\n "), "\n ");

		b += strspn(b, "\n ");
		if (len != strcspn(b, "\n ") || strncmp(a, b, len))
			return false;
		if (!len)
			return true;
		a += len;
		b += len;
	}
}

static u32 draw(u32 below)
{
	static u64 seed = 20261123;

	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return (u32)(seed * 2685821657736338717ULL >> 33) % below;
}

/* What the reader lets through: anything but a number that names nothing. */
static void fill_randomly(struct fixture *f)
{
	unsigned int i;

	fixture_begin(f, 1, "10.0.0.1", 1, "10.0.0.2", 1);
	fixture_opened(f, draw(TCPLEDGER_ROLE_MAX), draw(TCPLEDGER_OUTCOME_MAX), 1);
	f->record.flags = draw(0x80);
	f->record.state = (__u8)(1 + draw(TCPLEDGER_STATE_MAX - 1));
	f->record.tw_exit = (__u8)draw(TCPLEDGER_EXIT_MAX);
	f->record.anomalies = draw(1 << 22);
	f->record.log_n = draw(TCPLEDGER_LOG_MAX + 1);
	for (i = 0; i < f->record.log_n; i++) {
		struct tcpledger_entry *e = &f->log[i];

		memset(e, 0, sizeof(*e));
		e->type = (__u8)draw(TCPLEDGER_ENTRY_NOTE + 1);
		e->flags = (__u8)draw(256);
		e->bits = (__u8)draw(16);
		e->from = (__u8)(1 + draw(TCPLEDGER_STATE_MAX - 1));
		e->to = (__u8)(1 + draw(TCPLEDGER_STATE_MAX - 1));
		e->cause = (__u8)draw(TCPLEDGER_CAUSE_MAX);
		e->tag = (__u8)draw(64);
		e->seq = draw(4);
		e->ack = draw(4);
		e->segment = (__s16)((int)draw(f->record.log_n + 1) - 1);
	}
}

/* Every entry is in one step; what a step names is in the log. */
static bool steps_hold(const struct record *record)
{
	struct steps steps;
	struct step step;
	unsigned int next = 0;

	for (steps_begin(&steps, record); steps_next(&steps, &step); next = step.to)
		if (step.from != next || step.to <= step.from || step.kind >= STEP_COUNT ||
		    step.to > record->fixed.log_n || step.about >= (int)record->fixed.log_n ||
		    (step.segment >= 0 && (step.segment < (int)step.from ||
					   step.segment >= (int)step.to)))
			return false;
	return next == record->fixed.log_n;
}

static void try_random_logs(void)
{
	unsigned int i, wrong = 0;

	for (i = 0; i < 50000; i++) {
		struct record record = { 0 };
		struct fixture f;

		fill_randomly(&f);
		record.fixed = f.record;
		record.log = f.log;
		wrong += !steps_hold(&record);
	}
	tap_result(!wrong, "%u random logs: every entry is in one step", i);
}

int main(void)
{
	bool seen[STEP_COUNT] = { false };
	unsigned int i;

	tap_plan(ARRAY_SIZE(cases) + 2 * STEP_COUNT + 1);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct record record = { 0 };
		struct fixture f;
		struct script s;
		char kinds[4096];

		script_begin(&s);
		script_do(&s, cases[i].events);
		script_record(&s, i + 1, cases[i].name, &f);
		record.fixed = f.record;
		record.log = f.log;
		write_kinds(kinds, sizeof(kinds), &record, seen);
		tap_result(same_words(kinds, cases[i].kinds), "%s", cases[i].name);
		if (!same_words(kinds, cases[i].kinds)) {
			tap_note("got  %s", kinds);
			tap_note("want %s", cases[i].kinds);
		}
		script_keep(&s, cases[i].name);
	}
	for (i = 0; i < STEP_COUNT; i++) {
		tap_result(seen[i], "%s occurs", names[i]);
		tap_result(lessons_get((enum step_kind)i)->what, "%s has a lesson", names[i]);
	}
	try_random_logs();
	return tap_end();
}
