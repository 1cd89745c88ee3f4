// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "present/print/fold.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

/**
 * struct cursor - where a line is
 * @column: columns in use
 * @space: output of the last space that can become a line's end, or 0
 * @after: columns in use behind that space
 */
struct cursor {
	unsigned int	column;
	size_t		space;
	unsigned int	after;
};

/**
 * fold_step - the next character, or escape sequence
 * @s: where it begins
 * @len: bytes from there to the end, not 0
 * @columns: set to the columns it takes; none for an escape sequence
 *
 * Return: its bytes.
 */
size_t fold_step(const char *s, size_t len, unsigned int *columns)
{
	mbstate_t state = { 0 };
	wchar_t point;
	size_t n;
	int wide;

	*columns = 0;
	if (*s == '\033') {
		for (n = 1; n < len && s[n] != 'm'; n++)
			;
		return n < len ? n + 1 : len;
	}
	n = mbrtowc(&point, s, len, &state);
	*columns = 1;
	if (n == 0 || n == (size_t)-1 || n == (size_t)-2)
		return 1;
	wide = wcwidth(point);
	*columns = wide > 0 ? (unsigned int)wide : 0;
	return n;
}

/**
 * fold_columns - the columns that a text takes
 * @s: text
 * @len: its bytes
 *
 * Return: how many.
 */
unsigned int fold_columns(const char *s, size_t len)
{
	unsigned int columns, all = 0;
	size_t at = 0;

	while (at < len) {
		at += fold_step(s + at, len - at, &columns);
		all += columns;
	}
	return all;
}

static void new_line(struct text *out, struct cursor *at, unsigned int indent)
{
	text_char(out, '\n');
	text_repeat(out, ' ', indent);
	at->column = indent;
	at->space = 0;
}

/* The words behind the last space move to a line of their own. */
static void break_at_space(struct text *out, struct cursor *at, unsigned int indent)
{
	size_t rest = out->len - at->space - 1;
	unsigned int columns = at->column - at->after;
	char *words = malloc(rest + 1);

	if (!words) {		/* a long line is better than none */
		at->space = 0;
		return;
	}
	memcpy(words, out->bytes + at->space + 1, rest);
	out->len = at->space;
	new_line(out, at, indent);
	text_bytes(out, words, rest);
	at->column += columns;
	free(words);
}

/**
 * fold_lines - break lines that are too long
 * @text: whose lines from @start on end in newlines
 * @start: offset in it
 * @width: columns a line may take
 * @indent: of what is broken off
 *
 * A line is broken at a space, or anywhere within a word that is longer than a
 * line. Escape sequences that set colours take no columns.
 */
void fold_lines(struct text *text, size_t start, unsigned int width, unsigned int indent)
{
	struct cursor at = { 0 };
	struct text out = { 0 };
	size_t i = start, n;
	unsigned int columns;

	if (indent >= width / 2)
		indent = 0;
	for (; i < text->len; i += n) {
		const char *s = text->bytes + i;

		n = fold_step(s, text->len - i, &columns);
		if (*s == '\n') {
			at = (struct cursor) { 0 };
			text_char(&out, '\n');
			continue;
		}
		if (at.column + columns > width && *s != ' ') {
			if (at.space)
				break_at_space(&out, &at, indent);
			else
				new_line(&out, &at, indent);
		}
		if (*s == ' ' && at.column >= indent + 1) {
			at.space = out.len;
			at.after = at.column + 1;
		}
		text_bytes(&out, s, n);
		at.column += columns;
	}
	text->len = start;
	text_bytes(text, out.bytes, out.len);
	text_free(&out);
}
