// SPDX-License-Identifier: GPL-2.0
#include "present/explain/phrase_values.h"

#include "base/escape.h"
#include "base/language.h"
#include "meaning/step.h"
#include "meaning/words.h"
#include "read/record.h"

/**
 * phrase_values_relative - a sequence number counted from its ISN
 * @record: whose
 * @number: the number as on the wire
 * @ours: we count it, else the peer does
 *
 * Return: how far it is from the ISN, or the number itself if that is unknown.
 */
int64_t phrase_values_relative(const struct record *record, uint32_t number, bool ours)
{
	int64_t isn = ours ? record->fixed.local_isn : record->fixed.remote_isn;

	return isn < 0 ? (int64_t)number : (int32_t)(number - (uint32_t)isn);
}

static void add_name(struct phrase *phrase, const char *name, const char *comm,
		     const char *fallback)
{
	struct text *text = phrase_begin(phrase, name);

	if (*comm)
		escape_terminal(text, comm);
	else
		text_string(text, fallback);
	phrase_end(phrase);
}

static void add_duration(struct phrase *phrase, const char *name, int64_t ns)
{
	if (ns < 0)
		phrase_string(phrase, name, _("an unknown time"));
	else
		phrase_duration(phrase, name, ns);
}

static void add_bytes(struct phrase *phrase, const char *name, int64_t bytes)
{
	phrase_number(phrase, name, bytes > 0 ? bytes : 0);
}

static void add_time_wait(struct phrase *phrase, const struct tcpledger_record *r)
{
	add_duration(phrase, "waited", r->tw_residence_ns);
	add_duration(phrase, "nominal", r->tw_nominal_ns);
	add_duration(phrase, "left", r->tw_remaining_ns);
	phrase_number(phrase, "restarts", r->tw_restarts);
	phrase_number(phrase, "reacks", r->tw_fin_reacks);
	phrase_number(phrase, "duplicates", r->tw_old_duplicates);
}

/**
 * phrase_values_of_record - what the sentences on a whole connection need
 * @phrase: values to add to
 * @record: a checked record
 */
void phrase_values_of_record(struct phrase *phrase, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	const char *error = words_error(r->error);
	const char *program = _("the program");

	add_name(phrase, "who", record->comm, program);
	add_name(phrase, "closer", *record->closer_comm ? record->closer_comm : record->comm,
		 program);
	phrase_number(phrase, "port", r->lport);
	phrase_number(phrase, "rport", r->rport);
	phrase_string(phrase, "error", error ? error : _("an unnamed error"));
	phrase_string(phrase, "state", words_get(&words_states, r->state));
	add_duration(phrase, "age", r->state_age_ns);
	add_duration(phrase, "handshake", r->handshake_ns);
	add_duration(phrase, "half", r->half_close_ns);
	phrase_number(phrase, "tries", r->syn_retransmits);
	phrase_number(phrase, "answers", r->synack_retransmits);
	phrase_number(phrase, "fins", r->fin_retransmits);
	phrase_number(phrase, "dropped", r->log_dropped);
	add_bytes(phrase, "sent", r->bytes_sent);
	add_bytes(phrase, "received", r->bytes_received);
	phrase_number(phrase, "record", (int64_t)r->peer_id);
	add_time_wait(phrase, r);
}

static int64_t time_between(const struct record *record, int earlier, int later)
{
	int64_t ns;

	if (earlier < 0 || __builtin_sub_overflow(record->log[later].t_ns,
						  record->log[earlier].t_ns, &ns))
		return -1;
	return ns;
}

/**
 * phrase_values_of_step - what the sentences on a step need
 * @phrase: values to add to
 * @record: a checked record
 * @step: the step
 * @stay: time in the state that it ended, or -1
 */
void phrase_values_of_step(struct phrase *phrase, const struct record *record,
			   const struct step *step, int64_t stay)
{
	int segment = step->segment < 0 ? (int)step->from : step->segment;
	const struct tcpledger_entry *e = &record->log[segment];
	bool out = e->type == TCPLEDGER_ENTRY_OUT;

	add_duration(phrase, "stay", stay);
	add_duration(phrase, "wait", time_between(record, step->about, segment));
	text_printf(phrase_begin(phrase, "about"), "#%d", step->about);
	phrase_end(phrase);
	if (step->segment < 0)
		return;
	phrase_number(phrase, "isn", out ? record->fixed.local_isn : record->fixed.remote_isn);
	phrase_number(phrase, "seq", phrase_values_relative(record, e->seq, out));
	phrase_number(phrase, "ack", phrase_values_relative(record, e->ack, !out));
	phrase_number(phrase, "fin", phrase_values_relative(record, e->seq + e->len, out));
	phrase_number(phrase, "len", e->len);
}
