// SPDX-License-Identifier: GPL-2.0
/*
 * Two thirds of a record's JSON are its log: sixteen entries with ten values each.
 * So room is made once an entry, and keys are written together with what stands
 * between them and their neighbours.
 */
#include "present/print/json_log.h"

#include "meaning/words.h"
#include "present/print/json_writer.h"
#include "read/record.h"

/* Bytes of the longest entry, a segment with all flags; half of it would do. */
#define ENTRY_MOST	512

static char *put_flags(char *at, unsigned int flags)
{
	for (; flags; flags &= flags - 1) {
		*at++ = '"';
		memcpy(at, words_flag((unsigned int)__builtin_ctz(flags)), WORDS_FLAG_LEN);
		at = JSON_PUT(at + WORDS_FLAG_LEN, "\",");
	}
	return json_put_end(at, ']');
}

static char *put_segment(char *at, const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;

	at = out ? JSON_PUT(at, "\"type\":\"segment\",\"dir\":\"out\",\"flags\":[") :
		   JSON_PUT(at, "\"type\":\"segment\",\"dir\":\"in\",\"flags\":[");
	at = put_flags(at, e->flags);
	at = json_put_unsigned(JSON_PUT(at, "\"seq\":"), e->seq);
	at = json_put_unsigned(JSON_PUT(at, "\"ack\":"), e->ack);
	at = json_put_unsigned(JSON_PUT(at, "\"win\":"), e->win);
	at = json_put_unsigned(JSON_PUT(at, "\"len\":"), e->len);
	at = json_put_unsigned(JSON_PUT(at, "\"ttl\":"), e->ttl);
	at = json_put_bool(JSON_PUT(at, "\"retransmit\":"), e->bits & TCPLEDGER_SEG_RETRANSMIT);
	if (!out)
		at = JSON_PUT(at, "\"origin\":null,");
	else if (e->bits & TCPLEDGER_SEG_OTHER)
		at = JSON_PUT(at, "\"origin\":\"other\",");
	else
		at = JSON_PUT(at, "\"origin\":\"tcp\",");
	if (!(e->bits & (TCPLEDGER_SEG_ACCEPTED | TCPLEDGER_SEG_REFUSED)))
		return JSON_PUT(at, "\"accepted\":null,");
	return json_put_bool(JSON_PUT(at, "\"accepted\":"), e->bits & TCPLEDGER_SEG_ACCEPTED);
}

static char *put_change(char *at, const struct tcpledger_entry *e)
{
	at = JSON_PUT(at, "\"type\":\"state\",\"from\":");
	at = json_put_word(at, words_word(&words_states, e->from));
	at = json_put_word(JSON_PUT(at, "\"to\":"), words_word(&words_states, e->to));
	at = JSON_PUT(at, "\"cause\":");
	if (e->cause)
		at = json_put_word(at, words_word(&words_causes, e->cause));
	else
		at = JSON_PUT(at, "null,");
	return json_put_known(JSON_PUT(at, "\"segment\":"), e->segment);
}

static char *put_note(char *at, const struct tcpledger_entry *e)
{
	at = JSON_PUT(at, "\"type\":\"note\",\"tag\":");
	at = json_put_word(at, words_word(&words_anomalies, e->tag));
	return json_put_known(JSON_PUT(at, "\"segment\":"), e->segment);
}

/**
 * json_log_entry - add the members of an object that is an entry
 * @json: where
 * @n: index of the entry
 * @e: a checked entry
 */
void json_log_entry(struct text *json, unsigned int n, const struct tcpledger_entry *e)
{
	char *at = text_room(json, ENTRY_MOST);

	at = json_put_unsigned(JSON_PUT(at, "\"n\":"), n);
	at = json_put_known(JSON_PUT(at, "\"t_ns\":"), e->t_ns);
	if (e->type == TCPLEDGER_ENTRY_STATE)
		at = put_change(at, e);
	else if (e->type == TCPLEDGER_ENTRY_NOTE)
		at = put_note(at, e);
	else
		at = put_segment(at, e);
	text_end(json, at);
}

/**
 * json_log - add the log of a record, behind its key
 * @json: where
 * @record: a checked record
 */
void json_log(struct text *json, const struct record *record)
{
	unsigned int n;

	json_array_begin(json, NULL);
	for (n = 0; n < record->fixed.log_n; n++) {
		json_object_begin(json, NULL);
		json_log_entry(json, n, &record->log[n]);
		json_object_end(json);
	}
	json_array_end(json);
}
