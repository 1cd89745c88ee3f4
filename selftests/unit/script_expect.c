// SPDX-License-Identifier: GPL-2.0
/*
 * Compare what became of a script with what is expected: the log in the words of
 * log_words.c, and the record.
 *
 * A record is written as KEY=VALUE, see members[]. Times and durations are
 * ticks, "-" is unknown, TICKS+N is not a whole number of them, "*" is anything.
 * Without notes= a record has no anomalies.
 */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>

#include "log_words.h"
#include "verdict/record.h"
#include "script_record.h"
#include "tap.h"

#define TEXT	4096

static void write_ticks(char *value, size_t size, s64 ns)
{
	if (ns == -1)
		snprintf(value, size, "-");
	else if (ns % TICK_NS)
		snprintf(value, size, "TICKS%+lld", (long long)ns);
	else
		snprintf(value, size, "%lld", (long long)(ns / TICK_NS));
}

static void write_number(char *value, size_t size, s64 n)
{
	snprintf(value, size, n == -1 ? "-" : "%lld", (long long)n);
}

static void write_notes(char *value, size_t size, __u64 anomalies)
{
	unsigned int i;

	value[0] = '\0';
	for (i = 0; i < TCPLEDGER_ANOMALY_MAX; i++)
		if (anomalies >> i & 1)
			snprintf(value + strlen(value), size - strlen(value), "%s%s",
				 value[0] ? "+" : "", tcpledger_anomaly_names[i]);
	if (!value[0])
		strcpy(value, "-");
}

enum form { TICKS, NUMBER, UNSIGNED, SMALL, WORD };

#define AT(member)		offsetof(struct tcpledger_record, member)
#define WORDS(key, set)		{ #key, WORD, AT(key), tcpledger_##set##_names }

static const struct member {
	const char		*key;
	enum form		form;
	size_t			at;
	const char *const	*names;
} members[] = {
	WORDS(state, state), WORDS(role, role), WORDS(outcome, outcome), WORDS(kind, kind),
	WORDS(first, side), WORDS(reset_by, side), WORDS(tw_exit, exit),
	{ "syn", TICKS, AT(syn_ns), NULL }, { "synack", TICKS, AT(synack_ns), NULL },
	{ "ack", TICKS, AT(ack_ns), NULL }, { "handshake", TICKS, AT(handshake_ns), NULL },
	{ "accept", TICKS, AT(accept_ns), NULL }, { "ended", TICKS, AT(ended_ns), NULL },
	{ "duration", TICKS, AT(duration_ns), NULL }, { "age", TICKS, AT(state_age_ns), NULL },
	{ "local_fin", TICKS, AT(local_fin_ns), NULL },
	{ "remote_fin", TICKS, AT(remote_fin_ns), NULL },
	{ "half_close", TICKS, AT(half_close_ns), NULL },
	{ "tw_entered", TICKS, AT(tw_entered_ns), NULL },
	{ "tw_nominal", TICKS, AT(tw_nominal_ns), NULL },
	{ "tw_remaining", TICKS, AT(tw_remaining_ns), NULL },
	{ "tw_residence", TICKS, AT(tw_residence_ns), NULL },
	{ "tw_restarts", UNSIGNED, AT(tw_restarts), NULL },
	{ "tw_reacks", UNSIGNED, AT(tw_fin_reacks), NULL },
	{ "tw_duplicates", UNSIGNED, AT(tw_old_duplicates), NULL },
	{ "syn_again", UNSIGNED, AT(syn_retransmits), NULL },
	{ "synack_again", UNSIGNED, AT(synack_retransmits), NULL },
	{ "fin_again", UNSIGNED, AT(fin_retransmits), NULL },
	{ "entries", UNSIGNED, AT(log_n), NULL }, { "dropped", UNSIGNED, AT(log_dropped), NULL },
	{ "local_isn", NUMBER, AT(local_isn), NULL },
	{ "remote_isn", NUMBER, AT(remote_isn), NULL },
	{ "local_mss", UNSIGNED, AT(local_mss), NULL },
	{ "remote_mss", UNSIGNED, AT(remote_mss), NULL },
	{ "local_wscale", SMALL, AT(local_wscale), NULL },
	{ "remote_wscale", SMALL, AT(remote_wscale), NULL },
	{ "sack", SMALL, AT(sack), NULL }, { "timestamps", SMALL, AT(timestamps), NULL },
	{ "error", UNSIGNED, AT(error), NULL },
};

static const struct {
	const char	*key;
	__u32		flag;
} flags[] = {
	{ "live", TCPLEDGER_REC_LIVE }, { "partial", TCPLEDGER_REC_PARTIAL },
	{ "syncookie", TCPLEDGER_REC_SYNCOOKIE }, { "fastopen", TCPLEDGER_REC_FASTOPEN },
	{ "time_wait", TCPLEDGER_REC_TIME_WAIT }, { "exact", TCPLEDGER_REC_RESIDENCE_EXACT },
};

static void write_member(char *value, size_t size, const struct tcpledger_record *r,
			 const struct member *m)
{
	const char *at = (const char *)r + m->at;
	__s32 small;
	s64 n;

	switch (m->form) {
	case TICKS:
	case NUMBER:
		memcpy(&n, at, sizeof(n));
		if (m->form == TICKS)
			write_ticks(value, size, n);
		else
			write_number(value, size, n);
		break;
	case UNSIGNED:
		memcpy(&small, at, sizeof(small));
		write_number(value, size, small);
		break;
	case SMALL:
		write_number(value, size, *(const __s8 *)at);
		break;
	case WORD:
		snprintf(value, size, "%s", m->names[*(const __u8 *)at]);
		break;
	}
}

/* The value of @key, also notes, the flags, res.STATE and tN, time of entry N. */
static void write_value(char *value, size_t size, struct script *s,
			const struct tcpledger_record *r, const char *key)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(members); i++)
		if (!strcmp(key, members[i].key)) {
			write_member(value, size, r, &members[i]);
			return;
		}
	for (i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(key, flags[i].key)) {
			snprintf(value, size, "%s", r->flags & flags[i].flag ? "yes" : "no");
			return;
		}
	if (!strcmp(key, "notes"))
		write_notes(value, size, r->anomalies);
	else if (!strncmp(key, "res.", 4))
		write_ticks(value, size, r->residence_ns[script_state(key + 4)]);
	else if (key[0] == 't' && atoi(key + 1) < s->facts.log.n)
		write_ticks(value, size, tcpledger_log_time(
				tcpledger_log_at(&s->facts.log, atoi(key + 1))));
	else
		snprintf(value, size, "no such key");
}

/* The same words, whatever is between them. */
static bool same_words(const char *got, const char *want)
{
	for (;;) {
		size_t len;

		got += strspn(got, "\n ");
		want += strspn(want, "\n ");
		len = strcspn(got, "\n ");
		if (len != strcspn(want, "\n ") || strncmp(got, want, len))
			return false;
		if (!len)
			return true;
		got += len;
		want += len;
	}
}

/* Write into @differs what is not as expected; nothing if all is. */
static void compare_record(char *differs, size_t size, struct script *s,
			   const struct script_case *c)
{
	char *text = strdup(c->record), *save = NULL, *word, value[512];
	struct tcpledger_record r = { 0 };

	differs[0] = '\0';
	if (!text)
		abort();
	tcpledger_record_fill(&r, &s->facts, script_now(s));
	for (word = strtok_r(text, "\n ", &save); word; word = strtok_r(NULL, "\n ", &save)) {
		char *equals = strchr(word, '=');

		if (equals)
			*equals++ = '\0';
		write_value(value, sizeof(value), s, &r, word);
		if (!equals || (strcmp(value, equals) && strcmp(equals, "*")))
			snprintf(differs + strlen(differs), size - strlen(differs),
				 "%s%s=%s, want %s", differs[0] ? "; " : "", word, value,
				 equals ? equals : "?");
	}
	free(text);
	if (strstr(c->record, "notes="))
		return;
	write_notes(value, sizeof(value), r.anomalies);
	if (strcmp(value, "-"))
		snprintf(differs + strlen(differs), size - strlen(differs), "%snotes=%s, want -",
			 differs[0] ? "; " : "", value);
}

/**
 * script_expect - one result: is this what is expected?
 * @s: the script, performed
 * @c: what is expected
 */
void script_expect(struct script *s, const struct script_case *c)
{
	char log[TEXT], differs[TEXT];
	bool same_log;

	log_words(log, sizeof(log), &s->facts);
	same_log = !c->log || same_words(log, c->log);
	compare_record(differs, sizeof(differs), s, c);
	tap_result(same_log && !differs[0] && !s->wrong, "%s", c->name);
	if (s->wrong)
		tap_note("after %s: %s", s->wrong_at, s->wrong);
	if (!same_log) {
		tap_note("log  %s", log);
		tap_note("want %s", c->log);
	}
	if (differs[0])
		tap_note("%s", differs);
}

/**
 * script_run - perform cases, one result each, and keep their records if asked
 * @cases: the cases
 * @n: how many
 */
void script_run(const struct script_case *cases, unsigned int n)
{
	struct script s;
	unsigned int i;

	for (i = 0; i < n; i++) {
		script_begin(&s);
		script_do(&s, cases[i].events);
		script_expect(&s, &cases[i]);
		script_keep(&s, cases[i].name);
	}
}
