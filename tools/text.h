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

void text_reserve(struct text *text, size_t more);
void text_bytes(struct text *text, const void *bytes, size_t len);
void text_string(struct text *text, const char *string);
void text_char(struct text *text, char c);
void text_repeat(struct text *text, char c, size_t times);
void text_unsigned(struct text *text, uint64_t number);
void text_signed(struct text *text, int64_t number);
void text_digits(struct text *text, uint64_t number, unsigned int width);
void text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
const char *text_terminated(struct text *text);
void text_free(struct text *text);

#endif
