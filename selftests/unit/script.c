// SPDX-License-Identifier: GPL-2.0
/*
 * Perform a script: call the pure functions as the hooks and probes do.
 *
 * Options of a segment: seq= ack= len= mss= wscale= sack ts, other cookie request
 * fastopen, forged (not from the peer TCP talks to), refused and badsum (TCP
 * throws it away at once), taken (TCP acts on it at once), step= (seq and ack of the
 * next repetition).
 * Of a state change: task shut orphan nolinger silent soft acked (our FIN is acknowledged),
 * err= (errno), rcv= (next number expected; else all that came).
 * Of the others: at= (entry of the segment, else none), rcv=.
 */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>

#include "facts_check.h"
#include "tap.h"
#include "verdict/record.h"
#include "verdict/facts_in.h"
#include "verdict/facts_out.h"
#include "verdict/facts_segment.h"
#include "verdict/facts_state.h"
#include "verdict/facts_end.h"
#include "verdict/facts_timewait.h"

/* What stands after the colon of a word. */
struct words {
	char		first[32];
	char		second[32];
	bool		set_seq, set_ack, set_rcv;
	u32		seq, ack, len, rcv, step;
	int		err, mss, wscale, at;
	bool		sack, ts, other, cookie, request, fastopen, forged, refused, badsum, taken;
	bool		task, shut, orphan, nolinger, silent, soft, acked;
};

static void __attribute__((noreturn)) bad(const char *what, const char *word)
{
	tap_bail("script: %s: %s", what, word);
}

static bool number(const char *word, const char *name, long long *value)
{
	size_t len = strlen(name);

	if (strncmp(word, name, len) || word[len] != '=')
		return false;
	*value = atoll(word + len + 1);
	return true;
}

static bool flag(struct words *w, const char *word)
{
	const struct {
		const char	*name;
		bool		*flag;
	} flags[] = {
		{ "sack", &w->sack }, { "ts", &w->ts }, { "other", &w->other },
		{ "cookie", &w->cookie }, { "request", &w->request },
		{ "fastopen", &w->fastopen }, { "forged", &w->forged },
		{ "refused", &w->refused }, { "badsum", &w->badsum }, { "taken", &w->taken },
		{ "task", &w->task },
		{ "shut", &w->shut }, { "orphan", &w->orphan }, { "soft", &w->soft },
		{ "nolinger", &w->nolinger }, { "silent", &w->silent }, { "acked", &w->acked },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(word, flags[i].name))
			return *flags[i].flag = true;
	return false;
}

static void option(struct words *w, const char *word)
{
	long long n;

	if (number(word, "seq", &n)) {
		w->seq = (u32)n;
		w->set_seq = true;
	} else if (number(word, "ack", &n)) {
		w->ack = (u32)n;
		w->set_ack = true;
	} else if (number(word, "rcv", &n)) {
		w->rcv = (u32)n;
		w->set_rcv = true;
	} else if (number(word, "len", &n)) {
		w->len = (u32)n;
	} else if (number(word, "step", &n)) {
		w->step = (u32)n;
	} else if (number(word, "err", &n)) {
		w->err = (int)n;
	} else if (number(word, "mss", &n)) {
		w->mss = (int)n;
	} else if (number(word, "wscale", &n)) {
		w->wscale = (int)n;
	} else if (number(word, "at", &n)) {
		w->at = (int)n;
	} else if (w->first[0] || !flag(w, word)) {
		/* "refused" is an outcome too: then it comes second. */
		if (strlen(word) >= sizeof(w->first) || w->second[0])
			bad("what is this", word);
		strcpy(w->first[0] ? w->second : w->first, word);
	}
}

/* Cut @word at its colon and understand what is behind it. */
static void options(struct words *w, char *word)
{
	char *colon = strchr(word, ':'), *next;

	*w = (struct words){ .mss = -1, .wscale = -1, .at = TCPLEDGER_LOG_NONE };
	if (!colon)
		return;
	*colon = '\0';
	for (word = colon + 1; word; word = next) {
		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		option(w, word);
	}
}

/**
 * script_name - the number of a name
 * @name: the name
 * @names: all of them
 * @n: how many
 */
u8 script_name(const char *name, const char *const *names, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		if (names[i] && !strcmp(name, names[i]))
			return (u8)i;
	bad("no such name", name);
}

/**
 * script_state - the number of a state
 * @name: its name
 */
u8 script_state(const char *name)
{
	return script_name(name, tcpledger_state_names, TCPLEDGER_STATE_MAX);
}

/**
 * script_now - the time of the event that comes next
 * @s: the script
 */
s64 script_now(const struct script *s)
{
	return BASE_NS + s->tick * TICK_NS;
}

static u8 flags_of(const char *letters, const char *word)
{
	u8 flags = 0;

	for (; *letters; letters++) {
		switch (*letters) {
		case 'S':
			flags |= TCPLEDGER_SYN;
			break;
		case 'A':
			flags |= TCPLEDGER_ACK;
			break;
		case 'R':
			flags |= TCPLEDGER_RST;
			break;
		case 'P':
			flags |= TCPLEDGER_PSH | TCPLEDGER_ACK;
			break;
		case 'F':
			flags |= TCPLEDGER_FIN | TCPLEDGER_ACK;
			break;
		case 'f':
			flags |= TCPLEDGER_FIN;
			break;
		default:
			bad("no such flag", word);
		}
	}
	return flags;
}

/* The number a side would send next; a SYN and a FIN sent again have theirs. */
static u32 natural_seq(const struct script_side *from, u8 flags)
{
	if (flags & TCPLEDGER_SYN)
		return from->isn;
	if (flags & TCPLEDGER_FIN && from->fin)
		return from->next - 1;
	return from->next;
}

static void sent(struct script_side *from, const struct tcpledger_segment *seg)
{
	u32 end = tcpledger_segment_end(seg);

	if (tcpledger_seq_before(from->next, end))
		from->next = end;
	if (seg->flags & TCPLEDGER_FIN)
		from->fin = true;
}

/* An ended connection still takes the RST that it owes; the rest is late. */
static bool belongs(const struct script *s, const struct tcpledger_segment *seg)
{
	const struct tcpledger_facts *f = &s->facts;

	return tcpledger_facts_live(f) ||
	       (seg->out && seg->flags & TCPLEDGER_RST &&
		tcpledger_facts_rst_due(f, script_now(s)));
}

/* As tcpledger_segment_freed(); the log may have given the segment up. */
static void freed(struct script *s, int segment, u8 flags, bool checksum, bool ack_follows)
{
	if (segment != TCPLEDGER_LOG_NONE)
		tcpledger_facts_refused(&s->facts, script_now(s), segment, checksum);
	tcpledger_facts_segment_done(&s->facts, flags, ack_follows);
}

static void segment(struct script *s, const char *word, const struct words *w,
		    unsigned int turn)
{
	bool out = word[0] == '>';
	struct script_side *from = out ? &s->out : &s->in, *to = out ? &s->in : &s->out;
	u8 flags = flags_of(word + 1, word);
	struct tcpledger_options opt = {
		.mss = w->mss, .wscale = (s8)w->wscale, .sack = w->sack, .timestamps = w->ts,
	};
	struct tcpledger_segment seg = {
		.flags = flags, .len = w->len, .out = out, .win = 512, .ttl = 64,
		.other = w->other, .cookie = w->cookie, .request = w->request,
		.fastopen = w->fastopen,
	};

	if (flags & TCPLEDGER_PSH && !seg.len)
		seg.len = DATA_LEN;
	seg.seq = (w->set_seq ? w->seq : natural_seq(from, flags)) + turn * w->step;
	if (flags & TCPLEDGER_ACK)
		seg.ack = (w->set_ack ? w->ack : to->next) + turn * w->step;
	if (!belongs(s, &seg)) {
		tcpledger_facts_log_late(&s->facts, script_now(s), &seg);
		return;
	}
	s->index = (out ? tcpledger_facts_out : tcpledger_facts_in)
			(&s->facts, script_now(s), &seg, &opt);
	if (w->taken && s->index == TCPLEDGER_LOG_NONE)
		s->index = tcpledger_facts_log_acted_on(&s->facts, script_now(s), &seg);
	if (!out)
		s->came = seg;
	if (w->refused || w->badsum)
		freed(s, s->index, flags, w->badsum, false);
	if (!w->set_seq && !w->forged && !w->refused && !w->badsum && !w->other)
		sent(from, &seg);
}

/* TCP expects number 0 until it took the peer's SYN. */
static u32 rcv_nxt(const struct script *s, const struct words *w)
{
	if (w->set_rcv)
		return w->rcv;
	return s->in.next == s->in.isn ? 0 : s->in.next;
}

static void change(struct script *s, char *word, const struct words *w)
{
	char *to = strchr(word, '>');
	struct tcpledger_death d = {
		.error = (u8)w->err, .rcv_nxt = rcv_nxt(s, w),
		.fin_acked = w->acked, .task = w->task,
		.shut = w->shut, .orphan = w->orphan, .no_linger = w->nolinger, .silent = w->silent,
		.soft = w->soft,
	};
	u8 state;

	*to = '\0';
	d.from = script_state(word);
	state = script_state(to + 1);
	if (state == TCPLEDGER_STATE_CLOSE)
		tcpledger_facts_close(&s->facts, script_now(s), &d);
	else
		tcpledger_facts_state(&s->facts, script_now(s), d.from, state, d.rcv_nxt, d.task);
}

/* A socket that was there before the record: what the callers know of it. */
static void found(struct script *s, const struct words *w, u8 role)
{
	const u32 closed_by_us = BIT(TCPLEDGER_STATE_FIN_WAIT1) | BIT(TCPLEDGER_STATE_FIN_WAIT2) |
				 BIT(TCPLEDGER_STATE_CLOSING) | BIT(TCPLEDGER_STATE_LAST_ACK) |
				 BIT(TCPLEDGER_STATE_TIME_WAIT);
	struct tcpledger_facts *f = &s->facts;

	tcpledger_facts_init(f, script_now(s), script_state(w->first), role);
	s->out.next++;
	s->in.next++;
	if (BIT(f->state) & closed_by_us) {
		s->out.next++;
		s->out.fin = true;
	}
	tcpledger_facts_seed(f, s->out.next, s->in.next);
	if (f->state == TCPLEDGER_STATE_TIME_WAIT) {
		f->kind = TCPLEDGER_KIND_FOUR_SEGMENT;
		f->bits |= HELD_BY_TIMEWAIT | WAS_TIME_WAIT | TIME_WAIT_INEXACT;
		f->tw_restarted_at = script_now(s);
	}
}

static bool opening(struct script *s, const char *word, const struct words *w)
{
	if (!strcmp(word, "active")) {
		tcpledger_facts_init(&s->facts, script_now(s), TCPLEDGER_STATE_CLOSE,
				     TCPLEDGER_ROLE_ACTIVE);
		tcpledger_facts_state(&s->facts, script_now(s), TCPLEDGER_STATE_CLOSE,
				      TCPLEDGER_STATE_SYN_SENT, 0, true);
	} else if (!strcmp(word, "passive")) {
		/* The SYN makes the record: both have one time. */
		tcpledger_facts_init(&s->facts, script_now(s), TCPLEDGER_STATE_CLOSE,
				     TCPLEDGER_ROLE_PASSIVE);
		s->tick--;
	} else if (!strcmp(word, "adopted")) {
		found(s, w, TCPLEDGER_ROLE_ADOPTED);
	} else if (!strcmp(word, "partial")) {
		found(s, w, TCPLEDGER_ROLE_UNKNOWN);
		s->tick--;
	} else {
		return false;
	}
	return true;
}

static void absorbed(struct script *s, int segment)
{
	const struct tcpledger_log_entry *e = tcpledger_log_at(&s->facts.log, segment);
	const struct tcpledger_segment seg = {
		.seq = e->seq, .ack = e->ack, .len = e->len, .flags = e->flags,
	};

	tcpledger_facts_tw_absorbed(&s->facts, script_now(s), &seg, segment);
	tcpledger_facts_segment_done(&s->facts, seg.flags, false);
}

static bool timewait(struct script *s, const char *word, const struct words *w)
{
	struct tcpledger_facts *f = &s->facts;
	u32 rcv = rcv_nxt(s, w);
	s64 now = script_now(s);

	if (!strcmp(word, "tw"))
		tcpledger_facts_tw_enter(f, now, script_state(w->first), rcv);
	else if (!strcmp(word, "rearm"))
		tcpledger_facts_tw_restart(f, now, script_state(w->first), rcv, w->at);
	else if (!strcmp(word, "done"))
		absorbed(s, atoi(w->first));
	else if (!strcmp(word, "gone"))
		tcpledger_facts_tw_exit(f, now, script_name(w->first, tcpledger_exit_names,
							    TCPLEDGER_EXIT_MAX), w->at);
	else
		return false;
	return true;
}

static void freed_entry(struct script *s, int segment, bool checksum, bool ack_follows)
{
	freed(s, segment, tcpledger_log_at(&s->facts.log, segment)->flags, checksum, ack_follows);
}

/* As tcpledger_segment_late_data() and then tcpledger_state_reset(). */
static void act(struct script *s, const struct words *w)
{
	struct tcpledger_facts *f = &s->facts;

	tcpledger_facts_log_late_data(f, script_now(s), &s->came, s->index, rcv_nxt(s, w));
	tcpledger_facts_reset(f);
}

static bool other(struct script *s, const char *word, const struct words *w)
{
	struct tcpledger_facts *f = &s->facts;
	s64 now = script_now(s);

	if (!strcmp(word, "reset"))
		act(s, w);
	else if (!strcmp(word, "refused"))
		freed_entry(s, atoi(w->first), false, false);
	else if (!strcmp(word, "badsum"))
		freed_entry(s, atoi(w->first), true, false);
	else if (!strcmp(word, "old"))
		freed_entry(s, atoi(w->first), false, true);
	else if (!strcmp(word, "accept"))
		f->accepted_at = now;
	else if (!strcmp(word, "nomemory"))
		s->nomemory = true;
	else if (!strcmp(word, "note"))
		tcpledger_facts_note(f, now, script_name(w->first, tcpledger_anomaly_names,
							 TCPLEDGER_ANOMALY_MAX), w->at);
	else if (!strcmp(word, "end"))
		tcpledger_facts_end(f, now,
			script_name(w->first, tcpledger_cause_names, TCPLEDGER_CAUSE_MAX), w->at,
			script_name(w->second, tcpledger_outcome_names, TCPLEDGER_OUTCOME_MAX));
	else
		return false;
	return true;
}

static void perform(struct script *s, char *word, unsigned int turn)
{
	struct words w;

	options(&w, word);
	if (!s->nomemory && tcpledger_log_wants_more(&s->facts.log))
		s->facts.log.more = s->more;
	if (word[0] == '@')
		s->tick = atoll(word + 1) - 1;
	else if (word[0] == '>' || word[0] == '<')
		segment(s, word, &w, turn);
	else if (strchr(word, '>'))
		change(s, word, &w);
	else if (!opening(s, word, &w) && !timewait(s, word, &w) && !other(s, word, &w))
		bad("no such word", word);
	s->tick++;
}

/**
 * script_begin - an empty script
 * @s: the script
 */
void script_begin(struct script *s)
{
	/* The module's memory is not cleared either. */
	memset(s, 0xee, sizeof(*s));
	memset(&s->facts, 0, offsetof(struct tcpledger_facts, log.first));
	s->out = (struct script_side){ ISN_OUT, ISN_OUT, false };
	s->in = (struct script_side){ ISN_IN, ISN_IN, false };
	s->tick = 0;
	s->nomemory = false;
	s->wrong = NULL;
}

static void check(struct script *s, const char *word)
{
	if (s->wrong)
		return;
	s->wrong = facts_check(&s->facts, script_now(s));
	snprintf(s->wrong_at, sizeof(s->wrong_at), "%s", word);
}

/**
 * script_do - perform events, and check what must always hold after each
 * @s: the script
 * @events: words
 */
void script_do(struct script *s, const char *events)
{
	char *text = strdup(events), *save = NULL, *word;

	if (!text)
		abort();
	for (word = strtok_r(text, "\n ", &save); word; word = strtok_r(NULL, "\n ", &save)) {
		char *star = strchr(word, '*'), copy[128];
		unsigned int i, times = star ? (unsigned int)atoi(word) : 1;

		for (i = 0; i < times; i++) {
			snprintf(copy, sizeof(copy), "%s", star ? star + 1 : word);
			perform(s, copy, i);
			check(s, word);
		}
	}
	free(text);
}
