/* SPDX-License-Identifier: GPL-2.0 */
/*
 * JSON as a stream of bytes: each function adds one value to the output, and
 * nothing is kept but the text. A value in an object has a key, a value in an
 * array has none, that is NULL. Keys and words are ours and need no escaping.
 *
 * Each value has a comma behind it; the bracket that ends an object or an array
 * takes the place of the last one. So a value is written without a look at what
 * stands before it.
 */
#ifndef TCPLEDGER_JSON_WRITER_H
#define TCPLEDGER_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/decimal.h"
#include "base/text.h"
#include "meaning/words.h"

struct text *json_line_begin(void);
void json_line_end(struct text *json);
void json_word(struct text *json, const char *key, const char *word);
void json_foreign(struct text *json, const char *key, const char *bytes);
void json_address(struct text *json, const char *key, const uint8_t *address, bool ipv6);
void json_moment(struct text *json, const char *key, int64_t realtime_ns);

#define JSON_NUMBER_MOST	(DECIMAL_MOST + 1)	/* bytes of a number and its comma */
#define JSON_WORD_MOST		(WORD_ROOM + 3)		/* of a word, its quotes and its comma */

/**
 * JSON_PUT - write bytes that do not change, where there is room for them
 * @at: where
 * @bytes: a string literal, so that writing it is a store or two
 *
 * Return: where the next byte goes.
 */
#define JSON_PUT(at, bytes)	((char *)memcpy(at, bytes, sizeof(bytes) - 1) + sizeof(bytes) - 1)

/**
 * json_put_unsigned - write a number, where there is room for JSON_NUMBER_MOST
 * @at: where
 * @value: number
 *
 * Return: where the next value goes.
 */
static inline char *json_put_unsigned(char *at, uint64_t value)
{
	at = decimal_put(at, value);
	*at = ',';
	return at + 1;
}

/**
 * json_put_known - write a number where it is known, else null
 * @at: where
 * @value: number; negative is null
 *
 * Return: where the next value goes.
 */
static inline char *json_put_known(char *at, int64_t value)
{
	return value < 0 ? JSON_PUT(at, "null,") : json_put_unsigned(at, (uint64_t)value);
}

/**
 * json_put_bool - write true, false or null
 * @at: where
 * @value: 1, 0, or negative for null
 *
 * Return: where the next value goes.
 */
static inline char *json_put_bool(char *at, int value)
{
	if (value > 0)
		return JSON_PUT(at, "true,");
	return value ? JSON_PUT(at, "null,") : JSON_PUT(at, "false,");
}

/**
 * json_put_end - write the bracket that ends an object or an array
 * @at: where
 * @bracket: which
 *
 * Return: where the next value goes.
 */
static inline char *json_put_end(char *at, char bracket)
{
	if (at[-1] == ',')	/* else it is empty */
		at--;
	at[0] = bracket;
	at[1] = ',';
	return at + 2;
}

/**
 * json_put_word - write a word of ours, where there is room for JSON_WORD_MOST
 * @at: where
 * @word: word
 *
 * Return: where the next value goes.
 */
static inline char *json_put_word(char *at, const struct word *word)
{
	*at++ = '"';
	memcpy(at, word->text, WORD_ROOM);	/* whole: its length is no constant */
	at += word->len;
	return JSON_PUT(at, "\",");
}

/**
 * json_begin - begin a value
 * @json: where
 * @key: key; NULL in an array
 * @most: bytes that the value has at most, with its comma
 *
 * Return: where the value goes, for text_end().
 */
static inline char *json_begin(struct text *json, const char *key, size_t most)
{
	size_t len = key ? strlen(key) : 0;
	char *at = text_room(json, len + 3 + most);

	if (!key)
		return at;
	*at++ = '"';
	memcpy(at, key, len);
	at += len;
	*at++ = '"';
	*at++ = ':';
	return at;
}

/**
 * json_object_begin - begin an object
 * @json: where
 * @key: key; NULL in an array
 */
static inline void json_object_begin(struct text *json, const char *key)
{
	text_end(json, JSON_PUT(json_begin(json, key, 1), "{"));
}

/**
 * json_object_end - end the object that was begun last
 * @json: where
 */
static inline void json_object_end(struct text *json)
{
	text_end(json, json_put_end(text_room(json, 2), '}'));
}

/**
 * json_array_begin - begin an array
 * @json: where
 * @key: key; NULL in an array
 */
static inline void json_array_begin(struct text *json, const char *key)
{
	text_end(json, JSON_PUT(json_begin(json, key, 1), "["));
}

/**
 * json_array_end - end the array that was begun last
 * @json: where
 */
static inline void json_array_end(struct text *json)
{
	text_end(json, json_put_end(text_room(json, 2), ']'));
}

/**
 * json_null - add a value that is not known
 * @json: where
 * @key: key; NULL in an array
 */
static inline void json_null(struct text *json, const char *key)
{
	text_end(json, JSON_PUT(json_begin(json, key, 5), "null,"));
}

/**
 * json_bool - add true, false or null
 * @json: where
 * @key: key; NULL in an array
 * @value: 1, 0, or negative for null
 */
static inline void json_bool(struct text *json, const char *key, int value)
{
	text_end(json, json_put_bool(json_begin(json, key, 6), value));
}

/**
 * json_unsigned - add a number that is always known
 * @json: where
 * @key: key; NULL in an array
 * @value: number
 */
static inline void json_unsigned(struct text *json, const char *key, uint64_t value)
{
	text_end(json, json_put_unsigned(json_begin(json, key, JSON_NUMBER_MOST), value));
}

/**
 * json_known - add a number where it is known
 * @json: where
 * @key: key; NULL in an array
 * @value: number; negative is null
 */
static inline void json_known(struct text *json, const char *key, int64_t value)
{
	text_end(json, json_put_known(json_begin(json, key, JSON_NUMBER_MOST), value));
}

#endif
