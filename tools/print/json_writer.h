/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON as a stream of bytes: each function adds one value to the output, and
 * nothing is kept but the text. A value in an object has a key, a value in an
 * array has none, that is NULL. Keys and words are ours and need no escaping.
 */
#ifndef TCPLEDGER_JSON_WRITER_H
#define TCPLEDGER_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct text *json_line_begin(void);
void json_line_end(struct text *json);
void json_foreign(struct text *json, const char *key, const char *bytes);
void json_address(struct text *json, const char *key, const uint8_t *address, bool ipv6);
void json_moment(struct text *json, const char *key, int64_t realtime_ns);

/**
 * json_begin - begin a value; what follows adds it
 * @json: where
 * @key: key; NULL in an array
 *
 * A comma, unless the value is the first one behind a bracket, and the key. Every
 * value ends with another byte than an opening bracket.
 *
 * Inline, as are those that call it: a record has some 240 values, and where the
 * key is a constant its length is known and copying it is a store or two.
 */
static inline void json_begin(struct text *json, const char *key)
{
	size_t len = key ? strlen(key) : 0;
	char *end;

	text_reserve(json, len + 4);	/* with ',', '"', '"' and ':' */
	end = json->bytes + json->len;
	if (end[-1] != '{' && end[-1] != '[')
		*end++ = ',';
	if (key) {
		*end++ = '"';
		memcpy(end, key, len);
		end += len;
		*end++ = '"';
		*end++ = ':';
	}
	json->len = (size_t)(end - json->bytes);
}

/**
 * json_object_begin - begin an object
 * @json: where
 * @key: key; NULL in an array
 */
static inline void json_object_begin(struct text *json, const char *key)
{
	json_begin(json, key);
	text_char(json, '{');
}

/**
 * json_object_end - end the object that was begun last
 * @json: where
 */
static inline void json_object_end(struct text *json)
{
	text_char(json, '}');
}

/**
 * json_array_begin - begin an array
 * @json: where
 * @key: key; NULL in an array
 */
static inline void json_array_begin(struct text *json, const char *key)
{
	json_begin(json, key);
	text_char(json, '[');
}

/**
 * json_array_end - end the array that was begun last
 * @json: where
 */
static inline void json_array_end(struct text *json)
{
	text_char(json, ']');
}

/**
 * json_null - add a value that is not known
 * @json: where
 * @key: key; NULL in an array
 */
static inline void json_null(struct text *json, const char *key)
{
	json_begin(json, key);
	text_bytes(json, "null", 4);
}

/**
 * json_bool - add true, false or null
 * @json: where
 * @key: key; NULL in an array
 * @value: 1, 0, or negative for null
 */
static inline void json_bool(struct text *json, const char *key, int value)
{
	json_begin(json, key);
	text_string(json, value < 0 ? "null" : value ? "true" : "false");
}

/**
 * json_unsigned - add a number that is always known
 * @json: where
 * @key: key; NULL in an array
 * @value: number
 */
static inline void json_unsigned(struct text *json, const char *key, uint64_t value)
{
	json_begin(json, key);
	text_unsigned(json, value);
}

/**
 * json_known - add a number where it is known
 * @json: where
 * @key: key; NULL in an array
 * @value: number; negative is null
 */
static inline void json_known(struct text *json, const char *key, int64_t value)
{
	if (value < 0)
		json_null(json, key);
	else
		json_unsigned(json, key, (uint64_t)value);
}

/**
 * json_word - add a word of ours
 * @json: where
 * @key: key; NULL in an array
 * @word: word; NULL is null
 */
static inline void json_word(struct text *json, const char *key, const char *word)
{
	if (!word) {
		json_null(json, key);
		return;
	}
	json_begin(json, key);
	text_char(json, '"');
	text_string(json, word);
	text_char(json, '"');
}

#endif
