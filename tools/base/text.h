/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A growing piece of text. Everything that is printed is put together in one,
 * so that no stdio call and no format string stands on the path of a table of
 * a million lines. Running out of memory ends the program with status 1.
 */
#ifndef TCPLEDGER_TEXT_H
#define TCPLEDGER_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"

/**
 * struct text - a growing piece of text, all zero when empty
 * @bytes: the text, not terminated
 * @len: bytes in use
 * @room: bytes allocated
 */
struct text {
	char	*bytes;
	size_t	len;
	size_t	room;
};

void text_grow(struct text *text, size_t more);
void text_string(struct text *text, const char *string);
void text_repeat(struct text *text, char c, size_t times);
void text_unsigned(struct text *text, uint64_t number);
void text_signed(struct text *text, int64_t number);
void text_digits(struct text *text, uint64_t number, unsigned int width);
void text_printf(struct text *text, const char *format, ...) __printf(2, 3);
const char *text_terminated(struct text *text);
void text_free(struct text *text);

/**
 * text_reserve - make room for more bytes
 * @text: text to grow
 * @more: bytes about to be added
 */
static inline void text_reserve(struct text *text, size_t more)
{
	if (more > text->room - text->len)
		text_grow(text, more);
}

/**
 * text_room - where the next bytes go, to be written there one after the other
 * @text: text to add to
 * @most: bytes that will be written at most
 *
 * Return: the place; text_end() tells what was written.
 */
static inline char *text_room(struct text *text, size_t most)
{
	text_reserve(text, most);
	return text->bytes + text->len;
}

/**
 * text_end - what was written after text_room()
 * @text: the text
 * @end: behind the last byte
 */
static inline void text_end(struct text *text, const char *end)
{
	text->len = (size_t)(end - text->bytes);
}

/**
 * text_bytes - add bytes as they are
 * @text: text to add to
 * @bytes: what to add
 * @len: how many
 */
static inline void text_bytes(struct text *text, const void *bytes, size_t len)
{
	if (!len)
		return;
	text_reserve(text, len);
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

/**
 * text_literal - add a string that does not change, so that its length is known
 * @text: text to add to
 * @literal: a string literal
 */
#define text_literal(text, literal)	text_bytes(text, literal, sizeof(literal) - 1)

/**
 * text_char - add one character
 * @text: text to add to
 * @c: the character
 */
static inline void text_char(struct text *text, char c)
{
	text_reserve(text, 1);
	text->bytes[text->len++] = c;
}

#endif
