// SPDX-License-Identifier: GPL-2.0
/*
 * Data flows one way: record, steps (meaning/steps.c), sentences (lessons.c, summary.c and
 * remedies.c) with their values (phrase_values.c), paragraphs.
 */
#include "present/explain/explanation.h"

#include "present/explain/explanation_steps.h"
#include "base/language.h"
#include "present/explain/phrase_values.h"
#include "present/explain/prose.h"
#include "present/explain/remedies.h"
#include "present/explain/summary.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/record.h"

static void begin_part(struct prose *prose, const char *title)
{
	prose->apart = true;
	prose_sentence(prose, title);
	prose_end(prose, PROSE_PART);
}

static void introduce(struct prose *prose, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	struct text *text;

	phrase_number(&prose->phrase, "id", (int64_t)r->id);
	text = phrase_begin(&prose->phrase, "local");
	format_endpoint(text, r->local, ipv6, r->lport);
	phrase_end(&prose->phrase);
	text = phrase_begin(&prose->phrase, "remote");
	format_endpoint(text, r->remote, ipv6, r->rport);
	phrase_end(&prose->phrase);
	phrase_number(&prose->phrase, "pid", r->pid);
	phrase_string(&prose->phrase, "arrow", r->role == TCPLEDGER_ROLE_ACTIVE ? "-->" :
		      r->role == TCPLEDGER_ROLE_PASSIVE ? "<--" : "<->");
	prose_sentence(prose, N_("Connection {id}: {local} {arrow} {remote}"));
	prose_end(prose, PROSE_TITLE);
	if (!*record->comm)
		prose_sentence(prose, N_("\"We\" are {local}; our program is not known. \"The "
					 "peer\" is {remote}."));
	else if (r->pid < 0)
		prose_sentence(prose, N_("\"We\" are {local}, the program {who}. \"The peer\" "
					 "is {remote}."));
	else
		prose_sentence(prose, N_("\"We\" are {local}, the program {who} (pid {pid}). "
					 "\"The peer\" is {remote}."));
	prose_end(prose, PROSE_ENDS);
}

static void sum_up_topic(struct prose *prose, const char *title, const char *const *topic)
{
	if (!*topic)
		return;
	prose_sentence(prose, title);
	prose_end(prose, PROSE_TOPIC);
	for (; *topic; topic++)
		prose_sentence(prose, *topic);
	prose_end(prose, PROSE_VERDICT);
}

/**
 * explanation_verdict_add - sum up how a connection opened and closed
 * @prose: to add to, with the values of the record
 * @record: a checked record
 */
void explanation_verdict_add(struct prose *prose, const struct record *record)
{
	struct summary summary;

	summary_reach(record, &summary);
	begin_part(prose, N_("VERDICT"));
	sum_up_topic(prose, N_("Opening"), summary.opening);
	sum_up_topic(prose, N_("Closing"), summary.closing);
	sum_up_topic(prose, "TIME_WAIT", summary.time_wait);
	sum_up_topic(prose, N_("Also"), summary.more);
}

/**
 * explanation_time_wait_add - of the verdict what it says of TIME_WAIT
 * @prose: to add to, with the values of the record
 * @record: a checked record
 */
void explanation_time_wait_add(struct prose *prose, const struct record *record)
{
	struct summary summary;

	summary_reach(record, &summary);
	sum_up_topic(prose, "TIME_WAIT", summary.time_wait);
}

static void explain_numbers(struct prose *prose, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;

	phrase_number(&prose->phrase, "lisn", r->local_isn);
	phrase_number(&prose->phrase, "risn", r->remote_isn);
	if (r->local_isn >= 0 && r->remote_isn >= 0)
		prose_sentence(prose, N_("Sequence numbers (seq, ack) are counted from the "
					 "initial sequence number (ISN) of the side that sends "
					 "the bytes: ours is {lisn}, the peer's {risn}. A SYN "
					 "and a FIN take one number each, like a byte, so that "
					 "they can be acknowledged. An ACK names the number "
					 "expected next."));
	else if (r->local_isn >= 0)
		prose_sentence(prose, N_("Our sequence numbers are counted from our initial "
					 "sequence number (ISN), {lisn}. The peer's ISN is not "
					 "known, so its numbers are shown as on the wire. A SYN "
					 "takes one number, like a byte, so that it can be "
					 "acknowledged."));
	else if (r->remote_isn >= 0)
		prose_sentence(prose, N_("The peer's sequence numbers are counted from its "
					 "initial sequence number (ISN), {risn}. Our ISN is not "
					 "known, so our numbers are shown as on the wire. A SYN "
					 "takes one number, like a byte, so that it can be "
					 "acknowledged."));
	else
		prose_sentence(prose, N_("The initial sequence numbers are not known, so "
					 "sequence numbers (seq, ack) are shown as on the wire."));
	prose_end(prose, PROSE_NUMBERS);
}

static void explain_log(struct prose *prose, const struct record *record, bool wall)
{
	if (!record->fixed.log_n)
		return;
	begin_part(prose, N_("STEP BY STEP"));
	explain_numbers(prose, record);
	explanation_steps_add(prose, record, wall);
}

static void explain_anomaly(struct prose *prose, const struct record *record, unsigned int tag)
{
	unsigned int i;

	text_string(&prose->bytes, words_get(&words_anomalies, tag));
	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type == TCPLEDGER_ENTRY_NOTE && record->log[i].tag == tag)
			text_printf(&prose->bytes, " #%u", i);
	prose_end(prose, PROSE_ANOMALY);
	if (tag >= TCPLEDGER_ANOMALY_MAX)
		return;		/* of a later release */
	prose_sentence(prose, remedies[tag].cause);
	prose_end(prose, PROSE_CAUSE);
	prose_labelled(prose, PROSE_CURE, N_("What to do: {text}"), _(remedies[tag].cure));
}

static void explain_anomalies(struct prose *prose, const struct record *record)
{
	uint64_t anomalies = record->fixed.anomalies;
	unsigned int tag;

	if (!anomalies)
		return;
	begin_part(prose, N_("ANOMALIES"));
	for (tag = 0; tag < 64; tag++)
		if (anomalies >> tag & 1)
			explain_anomaly(prose, record, tag);
}

/**
 * explanation_make - explain a connection
 * @prose: all zero; set to the explanation, for prose_free()
 * @record: a checked record
 * @wall: times of the wall clock
 */
void explanation_make(struct prose *prose, const struct record *record, bool wall)
{
	prose->step = -1;
	phrase_values_of_record(&prose->phrase, record);
	introduce(prose, record);
	explanation_verdict_add(prose, record);
	explain_log(prose, record, wall);
	explain_anomalies(prose, record);
}
