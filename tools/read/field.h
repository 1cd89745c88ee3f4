/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of a record, each a row of one table: JSON, the columns of the list,
 * the keys it can be sorted by and most lines of the description are made of it. A
 * field that is a plain number of struct tcpledger_record is that row and nothing
 * else. What has to be worked out has a row too, for its place among the others,
 * with a type of its own that tells each reader of the table to work it out.
 */
#ifndef TCPLEDGER_FIELD_H
#define TCPLEDGER_FIELD_H

#include <stdint.h>

#include <linux/tcpledger.h>

/* What a field is in struct tcpledger_record, or else what it has to be made of. */
enum field_type {
	FIELD_U64,
	FIELD_U32,
	FIELD_U16,
	FIELD_S64,		/* here and below a negative number is not known */
	FIELD_S32,
	FIELD_S8,
	FIELD_YES,		/* S8: 1, 0 or not known */
	FIELD_FLAG,		/* a bit of flags */
	FIELD_STATE,		/* the word of an enumeration */
	FIELD_OUTCOME,
	FIELD_ROLE,		/* here and below the value 0 is null in JSON */
	FIELD_KIND,
	FIELD_SIDE,
	FIELD_EXIT,
	FIELD_COMPUTED,		/* the first that is none of these */
	FIELD_PEER_ID = FIELD_COMPUTED,
	FIELD_FAMILY,
	FIELD_LOCAL,
	FIELD_REMOTE,
	FIELD_OPENED_AT,
	FIELD_ENDED_AT,
	FIELD_DURATION,
	FIELD_COMM,
	FIELD_CLOSER_COMM,
	FIELD_ERROR,
	FIELD_RESIDENCE,
	FIELD_ANOMALIES,
	FIELD_COMPLETENESS,
	FIELD_ZEEK_STATE,
	FIELD_ZEEK_HISTORY,
	FIELD_LOG,
};

/* What a number counts. */
enum field_unit {
	FIELD_PLAIN,
	FIELD_NS,
	FIELD_US,
};

/* The object of JSON that a field is in. */
enum field_object {
	FIELD_IN_RECORD,
	FIELD_IN_OWNER,
	FIELD_IN_CLOSER,
	FIELD_IN_OPEN,
	FIELD_IN_CLOSE,
	FIELD_IN_TIME_WAIT,
};

/* The line of the description that a field is on. */
enum field_line {
	FIELD_ON_NONE,
	FIELD_ON_OWNER,
	FIELD_ON_ISN,
	FIELD_ON_OPTIONS,
	FIELD_ON_PAYLOAD,
};

#define FIELD_KEY_ROOM	24	/* so that copying a key is two or three stores */

/**
 * struct field - a field of a record
 * @key: its name in JSON, with quotes and colon
 * @key_len: length of @key
 * @type: what it is
 * @unit: what it counts
 * @object: where it is in JSON
 * @line: where it is in the description
 * @offset: of the member of struct tcpledger_record; of a flag its bit
 * @title: of its column in the list; NULL if it has none
 * @sort: word to sort by it, the largest first; NULL if none
 * @phrase: what stands before it in the description
 */
struct field {
	char			key[FIELD_KEY_ROOM];
	uint8_t			key_len;
	enum field_type		type;
	enum field_unit		unit;
	enum field_object	object;
	enum field_line		line;
	uint16_t		offset;
	const char		*title;
	const char		*sort;
	const char		*phrase;
};

/**
 * struct field_object_key - the name of an object of JSON
 * @text: with quotes and colon; of the record itself it is empty
 * @len: length of @text
 */
struct field_object_key {
	char	text[FIELD_KEY_ROOM];
	uint8_t	len;
};

/* By enum field_object. */
extern const struct field_object_key field_objects[];

/* In the order of JSON. */
extern const struct field fields[];
extern const unsigned int field_count;

/**
 * field_number - the value of a field that is a member of a record, or a bit
 * @field: the field
 * @r: the record
 *
 * Return: the value; of an enumeration its number. What is computed is not known.
 *
 * Inline, since a list asks for some fifty fields of each record.
 */
static inline int64_t field_number(const struct field *field, const struct tcpledger_record *r)
{
	const void *member = (const char *)r + field->offset;

	switch (field->type) {
	case FIELD_U64:
	case FIELD_S64:
		return *(const __s64 *)member;
	case FIELD_U32:
		return *(const __u32 *)member;
	case FIELD_S32:
		return *(const __s32 *)member;
	case FIELD_U16:
		return *(const __u16 *)member;
	case FIELD_S8:
	case FIELD_YES:
		return *(const __s8 *)member;
	case FIELD_FLAG:
		return !!(r->flags & field->offset);
	case FIELD_STATE:
	case FIELD_OUTCOME:
	case FIELD_ROLE:
	case FIELD_KIND:
	case FIELD_SIDE:
	case FIELD_EXIT:
		return *(const __u8 *)member;
	default:
		return -1;
	}
}

#endif
