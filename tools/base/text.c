// SPDX-License-Identifier: GPL-2.0
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/memory.h"

/**
 * text_grow - make the text larger; text_reserve() knows when
 * @text: text to grow
 * @more: bytes about to be added
 */
void text_grow(struct text *text, size_t more)
{
	size_t room = text->room ? text->room : 256;
	char *bytes;

	while (room - text->len < more)
		room *= 2;
	bytes = realloc(text->bytes, room);
	if (!bytes)
		memory_exhausted();
	text->bytes = bytes;
	text->room = room;
}

/**
 * text_string - add a string
 * @text: text to add to
 * @string: what to add
 */
void text_string(struct text *text, const char *string)
{
	text_bytes(text, string, strlen(string));
}

/**
 * text_repeat - add one character several times
 * @text: text to add to
 * @c: the character
 * @times: how often
 */
void text_repeat(struct text *text, char c, size_t times)
{
	if (!times)
		return;
	text_reserve(text, times);
	memset(text->bytes + text->len, c, times);
	text->len += times;
}

/**
 * text_digits - add a decimal number with leading zeros
 * @text: text to add to
 * @number: the number
 * @width: least number of digits, at most 20
 */
void text_digits(struct text *text, uint64_t number, unsigned int width)
{
	char digits[DECIMAL_MOST];
	size_t len = (size_t)(decimal_put(digits, number) - digits);

	if (len < width)
		text_repeat(text, '0', width - len);
	text_bytes(text, digits, len);
}

/**
 * text_unsigned - add a decimal number
 * @text: text to add to
 * @number: the number
 */
void text_unsigned(struct text *text, uint64_t number)
{
	text_end(text, decimal_put(text_room(text, DECIMAL_MOST), number));
}

/**
 * text_signed - add a decimal number that may be negative
 * @text: text to add to
 * @number: the number
 */
void text_signed(struct text *text, int64_t number)
{
	if (number < 0)
		text_char(text, '-');
	text_unsigned(text, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

/**
 * text_printf - add what printf() would print; not for long tables
 * @text: text to add to
 * @format: as printf()
 */
void text_printf(struct text *text, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return;
	text_reserve(text, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(text->bytes + text->len, (size_t)len + 1, format, args);
	va_end(args);
	text->len += (size_t)len;
}

/**
 * text_terminated - the text as a C string
 * @text: text to look at
 *
 * Return: the string, good until the text changes.
 */
const char *text_terminated(struct text *text)
{
	text_reserve(text, 1);
	text->bytes[text->len] = '\0';
	return text->bytes;
}

/**
 * text_free - give the memory back and be empty again
 * @text: text to empty
 */
void text_free(struct text *text)
{
	free(text->bytes);
	memset(text, 0, sizeof(*text));
}
