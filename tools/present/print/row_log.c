// SPDX-License-Identifier: GPL-2.0
#include "present/print/row_log.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/compiler.h"
#include "base/text.h"
#include "meaning/words.h"
#include "present/print/json_writer.h"
#include "read/record.h"

static bool is_segment(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_OUT || e->type == TCPLEDGER_ENTRY_IN;
}

static void add_signed(struct text *json, int64_t number)
{
	text_signed(json, number);
	text_char(json, ',');
}

static void add_time(struct text *json, const struct tcpledger_entry *e)
{
	add_signed(json, e->t_ns);
}

static void add_type(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, is_segment(e) ? "segment" :
			      e->type == TCPLEDGER_ENTRY_NOTE ? "note" : "state");
}

static void add_dir(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, e->type == TCPLEDGER_ENTRY_OUT ? "out" :
			      e->type == TCPLEDGER_ENTRY_IN ? "in" : "");
}

/* As tcpdump's readers know them: SYN,ACK. */
static void add_flags(struct text *json, const struct tcpledger_entry *e)
{
	unsigned int flags = is_segment(e) ? e->flags : 0;
	char word[8 * (WORDS_FLAG_LEN + 1) + 1] = "";
	size_t len = 0;

	for (; flags; flags &= flags - 1) {
		if (len)
			word[len++] = ',';
		memcpy(word + len, words_flag((unsigned int)__builtin_ctz(flags)), WORDS_FLAG_LEN);
		len += WORDS_FLAG_LEN;
	}
	word[len] = '\0';
	json_word(json, NULL, word);
}

static void add_win(struct text *json, const struct tcpledger_entry *e)
{
	json_unsigned(json, NULL, is_segment(e) ? e->win : 0);
}

static void add_len(struct text *json, const struct tcpledger_entry *e)
{
	json_unsigned(json, NULL, is_segment(e) ? e->len : 0);
}

static void add_ttl(struct text *json, const struct tcpledger_entry *e)
{
	json_unsigned(json, NULL, is_segment(e) ? e->ttl : 0);
}

static void add_retransmit(struct text *json, const struct tcpledger_entry *e)
{
	json_unsigned(json, NULL, is_segment(e) && e->bits & TCPLEDGER_SEG_RETRANSMIT);
}

static void add_origin(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, e->type != TCPLEDGER_ENTRY_OUT ? "" :
			      e->bits & TCPLEDGER_SEG_OTHER ? "other" : "tcp");
}

/* 1 yes, 0 no, -1 unknown */
static void add_accepted(struct text *json, const struct tcpledger_entry *e)
{
	bool known = is_segment(e) && e->bits & (TCPLEDGER_SEG_ACCEPTED | TCPLEDGER_SEG_REFUSED);

	add_signed(json, known ? !!(e->bits & TCPLEDGER_SEG_ACCEPTED) : -1);
}

static void add_from(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, e->type == TCPLEDGER_ENTRY_STATE ?
			      words_get(&words_states, e->from) : "");
}

static void add_to(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, e->type == TCPLEDGER_ENTRY_STATE ?
			      words_get(&words_states, e->to) : "");
}

static void add_cause(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, e->type == TCPLEDGER_ENTRY_STATE && e->cause ?
			      words_get(&words_causes, e->cause) : "");
}

static void add_tag(struct text *json, const struct tcpledger_entry *e)
{
	json_word(json, NULL, e->type == TCPLEDGER_ENTRY_NOTE ?
			      words_get(&words_anomalies, e->tag) : "");
}

static void add_cause_segment(struct text *json, const struct tcpledger_entry *e)
{
	add_signed(json, is_segment(e) ? -1 : e->segment);
}

static void add_seq(struct text *json, const struct tcpledger_entry *e)
{
	json_unsigned(json, NULL, is_segment(e) ? e->seq : 0);
}

static void add_ack(struct text *json, const struct tcpledger_entry *e)
{
	json_unsigned(json, NULL, is_segment(e) ? e->ack : 0);
}

static const struct column {
	const char	*name;
	void		(*add)(struct text *json, const struct tcpledger_entry *e);
	bool		secret;
} columns[] = {
	{ "log_t_ns", add_time, false },
	{ "log_type", add_type, false },
	{ "log_dir", add_dir, false },
	{ "log_flags", add_flags, false },
	{ "log_win", add_win, false },
	{ "log_len", add_len, false },
	{ "log_ttl", add_ttl, false },
	{ "log_retransmit", add_retransmit, false },
	{ "log_origin", add_origin, false },
	{ "log_accepted", add_accepted, false },
	{ "log_from", add_from, false },
	{ "log_to", add_to, false },
	{ "log_cause", add_cause, false },
	{ "log_tag", add_tag, false },
	{ "log_segment", add_cause_segment, false },
	{ "log_seq", add_seq, true },
	{ "log_ack", add_ack, true },
};

/**
 * row_log - add the log of a record to a row
 * @json: the row
 * @record: a checked record
 * @with_sequence: sequence and acknowledgment numbers may be told
 */
void row_log(struct text *json, const struct record *record, bool with_sequence)
{
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(columns); i++) {
		if (columns[i].secret && !with_sequence)
			continue;
		json_array_begin(json, columns[i].name);
		for (n = 0; n < record->fixed.log_n; n++)
			columns[i].add(json, &record->log[n]);
		json_array_end(json);
	}
}
