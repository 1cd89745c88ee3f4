// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/comment.h"

#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "meaning/wireshark_zeek.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/entry.h"
#include "read/record.h"

/**
 * comment_has_segment - whether there is a segment to put words to
 * @record: a checked record
 *
 * Return: false if its log has state changes and notes only.
 */
bool comment_has_segment(const struct record *record)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		if (entry_is_segment(&record->log[i]))
			return true;
	return false;
}

static uint64_t distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

/*
 * The segment that entry @n belongs to: the one that caused it, else the one
 * nearest in time, of two the later. -1 if there is none.
 */
static int segment_of(const struct record *record, unsigned int n)
{
	const struct tcpledger_entry *e = &record->log[n];
	uint64_t least = UINT64_MAX;
	int nearest = -1;
	unsigned int i;

	if (e->segment >= 0 && entry_is_segment(&record->log[e->segment]))
		return e->segment;
	for (i = 0; i < record->fixed.log_n; i++) {
		uint64_t far = distance(record->log[i].t_ns, e->t_ns);

		if (!entry_is_segment(&record->log[i]) || far > least ||
		    (far == least && i > n && nearest > (int)n))
			continue;
		least = far;
		nearest = (int)i;
	}
	return nearest;
}

static void add_endpoint(struct text *out, const struct record *record)
{
	if (out->len)
		text_char(out, '\n');
	format_endpoint(out, record->fixed.local, record->fixed.flags & TCPLEDGER_REC_IPV6,
			record->fixed.lport);
	text_string(out, ": ");
}

static void add_entry(struct text *out, const struct record *record, unsigned int n)
{
	const struct tcpledger_entry *e = &record->log[n];

	add_endpoint(out, record);
	if (e->type == TCPLEDGER_ENTRY_NOTE) {
		text_string(out, words_get(&words_anomalies, e->tag));
	} else {
		text_printf(out, "%s -> %s", words_get(&words_states, e->from),
			    words_get(&words_states, e->to));
		if (e->cause)
			text_printf(out, " (%s)", words_get(&words_causes, e->cause));
	}
	text_string(out, " at +");
	format_seconds(out, e->t_ns, 9);
}

/* What is to be said of the segment itself. */
static void add_remarks(struct text *out, const struct record *record, int segment)
{
	unsigned int bits = record->log[segment].bits;

	if (bits & TCPLEDGER_SEG_RETRANSMIT) {
		add_endpoint(out, record);
		text_string(out, "retransmission");
	}
	if (bits & TCPLEDGER_SEG_OTHER) {
		add_endpoint(out, record);
		text_string(out, "not sent by TCP");
	}
	if (bits & TCPLEDGER_SEG_REFUSED) {
		add_endpoint(out, record);
		text_string(out, "refused by TCP");
	}
}

static void add_time_wait(struct text *out, const struct tcpledger_record *r)
{
	text_string(out, ", TIME_WAIT ");
	if (r->tw_exit)
		text_printf(out, "%s after ", words_get(&words_exits, r->tw_exit));
	format_duration(out, r->tw_exit ? r->tw_residence_ns : r->state_age_ns);
	if (r->tw_restarts)
		text_printf(out, ", restarted %u times", r->tw_restarts);
}

static void add_close(struct text *out, const struct tcpledger_record *r)
{
	if (r->kind)
		text_printf(out, ", close %s", words_get(&words_kinds, r->kind));
	if (r->first)
		text_printf(out, ", first %s", words_get(&words_sides, r->first));
	if (r->reset_by)
		text_printf(out, ", reset by %s", words_get(&words_sides, r->reset_by));
	if (words_error(r->error))
		text_printf(out, ", %s", words_error(r->error));
	if (r->flags & TCPLEDGER_REC_TIME_WAIT)
		add_time_wait(out, r);
}

static void add_anomalies(struct text *out, uint64_t anomalies)
{
	const char *before = ", anomalies";
	unsigned int tag;

	for (tag = 0; tag < 64; tag++) {
		if (!(anomalies >> tag & 1))
			continue;
		text_printf(out, "%s %s", before, words_get(&words_anomalies, tag));
		before = "";
	}
}

static void add_verdict(struct text *out, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct wireshark_zeek others;

	wireshark_zeek_judge(record, &others);
	add_endpoint(out, record);
	text_printf(out, "record %llu", (unsigned long long)r->id);
	if (record->comm[0]) {
		text_string(out, " of ");
		escape_terminal(out, record->comm);
	}
	if (r->pid >= 0)
		text_printf(out, " (%d)", r->pid);
	text_printf(out, ": %s, %s", words_get(&words_roles, r->role),
		    words_get(&words_outcomes, r->outcome));
	add_close(out, r);
	text_printf(out, ", %s %s", r->flags & TCPLEDGER_REC_LIVE ? "now" : "ended",
		    words_get(&words_states, r->state));
	add_anomalies(out, r->anomalies);
	if (r->log_dropped)
		text_printf(out, ", %u log entries dropped", r->log_dropped);
	text_printf(out, ", completeness %u, zeek %s %s", others.completeness,
		    others.zeek_state, others.zeek_history);
}

static int last_segment(const struct record *record)
{
	int i = (int)record->fixed.log_n;

	while (i-- > 0)
		if (entry_is_segment(&record->log[i]))
			break;
	return i;
}

/**
 * comment_segment - the words that go with a segment
 * @out: where to add them, a line each
 * @record: a checked record
 * @segment: number of the segment in its log
 */
void comment_segment(struct text *out, const struct record *record, int segment)
{
	unsigned int i;

	add_remarks(out, record, segment);
	for (i = 0; i < record->fixed.log_n; i++)
		if (!entry_is_segment(&record->log[i]) && segment_of(record, i) == segment)
			add_entry(out, record, i);
	if (segment == last_segment(record))
		add_verdict(out, record);
}

/**
 * comment_record - the words of a record that has no segment to go with
 * @out: where to add them, a line each
 * @record: a checked record
 */
void comment_record(struct text *out, const struct record *record)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		add_entry(out, record, i);
	add_verdict(out, record);
}
