// SPDX-License-Identifier: GPL-2.0
/*
 * The columns are those of read/field.c, each called by its object in JSON and its key
 * there: open_role, time_wait_exit. A database likes few kinds of nothing: a number that
 * is not known is null, a word that is not known is empty, what is true is 1.
 */
#include "present/print/row.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "meaning/community_id.h"
#include "meaning/join_key.h"
#include "meaning/wireshark_zeek.h"
#include "meaning/words.h"
#include "present/print/field_text.h"
#include "present/print/json_writer.h"
#include "present/print/row_log.h"
#include "read/field.h"
#include "read/moment.h"
#include "read/record.h"

#define COLUMN_ROOM	(FIELD_KEY_ROOM + 16)

/* Names of columns are put together once. */
static const char *column_name(unsigned int i)
{
	static char (*names)[COLUMN_ROOM];
	const struct field *field = &fields[i];
	const struct field_object_key *object = &field_objects[field->object];

	if (!names)
		names = memory_new(field_count, sizeof(*names));
	/* Of "key": the quotes and the colon are left out. */
	if (!names[i][0] && object->len)
		snprintf(names[i], COLUMN_ROOM, "%.*s_%.*s", object->len - 3, object->text + 1,
			 field->key_len - 3, field->key + 1);
	else if (!names[i][0])
		snprintf(names[i], COLUMN_ROOM, "%.*s", field->key_len - 3, field->key + 1);
	return names[i];
}

static void add_number(struct text *json, const char *key, int64_t number)
{
	if (number < 0)
		json_null(json, key);
	else
		json_unsigned(json, key, (uint64_t)number);
}

static void add_plain(struct text *json, const char *key, const struct field *field,
		      const struct tcpledger_record *r)
{
	int64_t number = field_number(field, r);

	if (field->type == FIELD_U64)
		json_unsigned(json, key, (uint64_t)number);
	else if (field->type < FIELD_STATE)
		add_number(json, key, number);
	else if (field->type >= FIELD_ROLE && !number)
		json_word(json, key, "");
	else
		json_word(json, key, words_get(field_text_words(field), (unsigned int)number));
}

/* In seconds, as a database's DateTime has it; 0 if there is none. */
static void add_seconds(struct text *json, const char *key, int64_t realtime_ns)
{
	json_unsigned(json, key, realtime_ns < 0 ? 0 : (uint64_t)realtime_ns / 1000000000);
}

static void add_residence(struct text *json, const struct tcpledger_record *r)
{
	unsigned int state;

	for (state = 1; state < TCPLEDGER_STATE_MAX; state++) {
		const char *word = words_get(&words_states, state);
		char key[COLUMN_ROOM] = "residence_";
		size_t at = strlen(key);

		for (; *word; word++)
			key[at++] = *word >= 'A' && *word <= 'Z' ? (char)(*word | 0x20) : *word;
		memcpy(key + at, "_ns", sizeof("_ns"));
		add_number(json, key, r->residence_ns[state]);
	}
}

static void add_anomalies(struct text *json, const char *key, uint64_t anomalies)
{
	json_array_begin(json, key);
	for (; anomalies; anomalies &= anomalies - 1)
		json_word(json, NULL, words_get(&words_anomalies,
						(unsigned int)__builtin_ctzll(anomalies)));
	json_array_end(json);
}

static void add_computed(struct text *json, const char *key, const struct field *field,
			 const struct record *record, const struct wireshark_zeek *others)
{
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6, live = r->flags & TCPLEDGER_REC_LIVE;
	int64_t moment;

	switch (field->type) {
	case FIELD_PEER_ID:
		json_unsigned(json, key, r->peer_id);
		break;
	case FIELD_FAMILY:
		json_word(json, key, ipv6 ? "inet6" : "inet");
		break;
	case FIELD_LOCAL:
		json_address(json, key, r->local, ipv6);
		break;
	case FIELD_REMOTE:
		json_address(json, key, r->remote, ipv6);
		break;
	case FIELD_OPENED_AT:
		add_seconds(json, key, r->opened_at);
		add_number(json, "opened_at_ns", r->opened_at);
		break;
	case FIELD_ENDED_AT:
		add_seconds(json, key, !live && moment_after(r->opened_at, r->ended_ns, &moment) ?
				       moment : -1);
		break;
	case FIELD_DURATION:
		add_number(json, key, live ? -1 : r->duration_ns);
		break;
	case FIELD_COMM:
		json_foreign(json, key, record->comm);
		break;
	case FIELD_CLOSER_COMM:
		json_foreign(json, key, record->closer_comm);
		break;
	case FIELD_ERROR:
		json_word(json, key, words_error(r->error) ? words_error(r->error) : "");
		break;
	case FIELD_RESIDENCE:
		add_residence(json, r);
		break;
	case FIELD_ANOMALIES:
		add_anomalies(json, key, r->anomalies);
		break;
	case FIELD_COMPLETENESS:
		json_unsigned(json, key, others->completeness);
		break;
	case FIELD_ZEEK_STATE:
		json_word(json, key, others->zeek_state ? others->zeek_state : "");
		break;
	case FIELD_ZEEK_HISTORY:
		json_word(json, key, others->zeek_history);
		break;
	default:
		break;	/* the log comes last */
	}
}

/* What names a record in all the world, and which of its rows is the newest. */
static void add_identity(struct text *json, const struct row_origin *origin,
			 const struct record *record, int64_t monotonic_ns)
{
	const struct tcpledger_frame_start *start = &origin->start;
	char load_id[2 * sizeof(start->load_id) + 1];
	char community[COMMUNITY_ID_ROOM], join[JOIN_HASH_ROOM];
	int64_t at = -1, passed;
	unsigned int i;

	for (i = 0; i < sizeof(start->load_id); i++)
		snprintf(load_id + 2 * i, 3, "%02x", start->load_id[i]);
	if (__builtin_sub_overflow(monotonic_ns, start->monotonic_ns, &passed) ||
	    __builtin_add_overflow(start->realtime_ns, passed, &at))
		at = -1;
	community_id(&record->fixed, community);
	join_key_hash(origin->join_key, record, join);
	json_foreign(json, "host", origin->host);
	json_foreign(json, "boot_id", origin->boot_id);
	json_word(json, "load_id", load_id);
	json_unsigned(json, "version", monotonic_ns < 0 ? 0 : (uint64_t)monotonic_ns);
	add_seconds(json, "told_at", at);
	json_word(json, "community_id", community);
	json_word(json, "join_key", join);
}

static bool is_secret(const char *column)
{
	return !strcmp(column, "open_local_isn") || !strcmp(column, "open_remote_isn");
}

/**
 * row_print - print a record as a row
 * @origin: where it is from
 * @record: a checked record
 * @monotonic_ns: CLOCK_MONOTONIC when it was copied; of two rows of a record the one
 *	that was copied later counts
 */
void row_print(const struct row_origin *origin, const struct record *record, int64_t monotonic_ns)
{
	struct text *json = json_line_begin();
	struct wireshark_zeek others;
	unsigned int i;

	wireshark_zeek_judge(record, &others);
	add_identity(json, origin, record, monotonic_ns);
	for (i = 0; i < field_count; i++) {
		const struct field *field = &fields[i];
		const char *column = column_name(i);

		if (is_secret(column) && !origin->with_sequence)
			continue;
		if (field->type < FIELD_COMPUTED)
			add_plain(json, column, field, &record->fixed);
		else
			add_computed(json, column, field, record, &others);
	}
	row_log(json, record, origin->with_sequence);
	json_line_end(json);
}
