// SPDX-License-Identifier: GPL-2.0
/*
 * A record as JSON. The keys (read/field.c has them), their order and what is null are a
 * promise to everybody's scripts: new keys may be added, none renamed.
 */
#include "present/print/json_record.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/text.h"
#include "meaning/wireshark_zeek.h"
#include "meaning/words.h"
#include "present/print/field_text.h"
#include "present/print/json_log.h"
#include "present/print/json_writer.h"
#include "read/field.h"
#include "read/moment.h"
#include "read/record.h"

/* Bytes that a field takes at most which is not computed, with an object that begins there. */
#define FIELD_MOST	(FIELD_KEY_ROOM + JSON_WORD_MOST + JSON_WORD_MOST + 8)

/* The order in which a connection can pass through them. */
static const unsigned char state_order[] = {
	TCPLEDGER_STATE_LISTEN, TCPLEDGER_STATE_SYN_SENT, TCPLEDGER_STATE_SYN_RECV,
	TCPLEDGER_STATE_ESTABLISHED, TCPLEDGER_STATE_FIN_WAIT1,
	TCPLEDGER_STATE_FIN_WAIT2, TCPLEDGER_STATE_CLOSING,
	TCPLEDGER_STATE_TIME_WAIT, TCPLEDGER_STATE_CLOSE_WAIT,
	TCPLEDGER_STATE_LAST_ACK, TCPLEDGER_STATE_CLOSE,
};

static void add_name(struct text *json, const char *name)
{
	if (*name)
		json_foreign(json, NULL, name);
	else
		json_null(json, NULL);
}

static void add_moment(struct text *json, int64_t from, int64_t offset)
{
	int64_t moment;

	json_moment(json, NULL, moment_after(from, offset, &moment) ? moment : -1);
}

static void add_residence(struct text *json, const struct tcpledger_record *r)
{
	unsigned int i;

	json_object_begin(json, NULL);
	for (i = 0; i < sizeof(state_order); i++) {
		unsigned int state = state_order[i];

		if (r->residence_ns[state] >= 0)
			json_known(json, words_get(&words_states, state), r->residence_ns[state]);
	}
	json_object_end(json);
}

static void add_anomalies(struct text *json, const struct tcpledger_record *r)
{
	unsigned int bit;

	json_array_begin(json, NULL);
	for (bit = 0; bit < 64; bit++)
		if (r->anomalies >> bit & 1)
			json_word(json, NULL, words_get(&words_anomalies, bit));
	json_array_end(json);
}

/* A field behind its key that is no member of the record as it is. */
static void add_computed(struct text *json, const struct field *field, const struct record *record,
			 const struct wireshark_zeek *others)
{
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6, live = r->flags & TCPLEDGER_REC_LIVE;

	switch (field->type) {
	case FIELD_PEER_ID:
		if (r->peer_id)
			json_unsigned(json, NULL, r->peer_id);
		else
			json_null(json, NULL);
		break;
	case FIELD_FAMILY:
		json_word(json, NULL, ipv6 ? "inet6" : "inet");
		break;
	case FIELD_LOCAL:
		json_address(json, NULL, r->local, ipv6);
		break;
	case FIELD_REMOTE:
		json_address(json, NULL, r->remote, ipv6);
		break;
	case FIELD_OPENED_AT:
		add_moment(json, r->opened_at, 0);
		break;
	case FIELD_ENDED_AT:
		add_moment(json, r->opened_at, live ? -1 : r->ended_ns);
		break;
	case FIELD_DURATION:
		json_known(json, NULL, live ? -1 : r->duration_ns);
		break;
	case FIELD_COMM:
		add_name(json, record->comm);
		break;
	case FIELD_CLOSER_COMM:
		add_name(json, record->closer_comm);
		break;
	case FIELD_ERROR:
		json_word(json, NULL, words_error(r->error));
		break;
	case FIELD_RESIDENCE:
		add_residence(json, r);
		break;
	case FIELD_ANOMALIES:
		add_anomalies(json, r);
		break;
	case FIELD_COMPLETENESS:
		json_unsigned(json, NULL, others->completeness);
		break;
	case FIELD_ZEEK_STATE:
		json_word(json, NULL, others->zeek_state);
		break;
	case FIELD_ZEEK_HISTORY:
		json_word(json, NULL, others->zeek_history);
		break;
	default:
		json_log(json, record);
		break;
	}
}

/* A field behind its key that is a member of the record, or a bit. */
static char *put_plain(char *at, const struct field *field, const struct tcpledger_record *r)
{
	int64_t number = field_number(field, r);

	if (field->type == FIELD_FLAG || field->type == FIELD_YES)
		return json_put_bool(at, (int)number);
	if (field->type == FIELD_U64)
		return json_put_unsigned(at, (uint64_t)number);
	if (field->type < FIELD_STATE)
		return json_put_known(at, number);
	if (field->type >= FIELD_ROLE && !number)
		return JSON_PUT(at, "null,");
	return json_put_word(at, words_word(field_text_words(field), (unsigned int)number));
}

/* Of an object that is not there all fields are null, and so is it. */
static bool has_object(enum field_object object, const struct record *record)
{
	if (object == FIELD_IN_CLOSER)	/* else nobody here: the peer or a timer closed */
		return record->fixed.closer_pid >= 0 || record->closer_comm[0];
	return object != FIELD_IN_TIME_WAIT || record->fixed.flags & TCPLEDGER_REC_TIME_WAIT;
}

/* From the object before to that of a field, or to the null that stands for it. */
static char *put_object(char *at, enum field_object before, enum field_object object, bool is_there)
{
	const struct field_object_key *key = &field_objects[object];

	if (before != FIELD_IN_RECORD)
		at = json_put_end(at, '}');
	if (object == FIELD_IN_RECORD)
		return at;
	memcpy(at, key->text, FIELD_KEY_ROOM);
	at += key->len;
	return is_there ? JSON_PUT(at, "{") : JSON_PUT(at, "null,");
}

/**
 * json_record_members - add the members of the object that a record is
 * @json: where
 * @record: a checked record
 */
void json_record_members(struct text *json, const struct record *record)
{
	const size_t most = field_count * FIELD_MOST;
	enum field_object object = FIELD_IN_RECORD;
	struct wireshark_zeek others;
	bool is_there = true;
	char *at = text_room(json, most);
	unsigned int i;

	wireshark_zeek_judge(record, &others);
	for (i = 0; i < field_count; i++) {
		const struct field *field = &fields[i];

		if (field->object != object) {
			bool was_there = is_there;

			is_there = has_object(field->object, record);
			at = put_object(at, was_there ? object : FIELD_IN_RECORD, field->object,
					is_there);
			object = field->object;
		}
		if (!is_there)
			continue;
		memcpy(at, field->key, FIELD_KEY_ROOM);
		at += field->key_len;
		if (field->type < FIELD_COMPUTED) {
			at = put_plain(at, field, &record->fixed);
			continue;
		}
		text_end(json, at);
		add_computed(json, field, record, &others);
		at = text_room(json, most);
	}
	text_end(json, at);
}

/**
 * json_record - print a record as a line of JSON
 * @record: a checked record
 */
void json_record(const struct record *record)
{
	struct text *json = json_line_begin();

	json_record_members(json, record);
	json_line_end(json);
}
