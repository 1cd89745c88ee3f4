// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "base/escape.h"

#include <langinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "base/compiler.h"
#include "base/text.h"

/*
 * Decode one UTF-8 sequence as RFC 3629 has it: no overlong form, no
 * surrogate, nothing above U+10FFFF. Returns its length, 0 if it is none.
 */
static unsigned int decode(const unsigned char *s, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int len, i;

	if (s[0] < 0x80) {
		*point = s[0];
		return 1;
	}
	if ((s[0] & 0xe0) == 0xc0)
		len = 2;
	else if ((s[0] & 0xf0) == 0xe0)
		len = 3;
	else if ((s[0] & 0xf8) == 0xf0)
		len = 4;
	else
		return 0;
	*point = s[0] & (0x7f >> len);
	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)	/* the final NUL ends here too */
			return 0;
		*point = *point << 6 | (s[i] & 0x3f);
	}
	if (*point < least[len] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return len;
}

static void hex(struct text *text, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	char escaped[4] = { '\\', 'x', digits[byte >> 4], digits[byte & 15] };

	text_bytes(text, escaped, sizeof(escaped));
}

/*
 * Points that move the cursor, turn the direction of writing, or cannot be
 * seen: a name must not be able to look like another, nor rewrite a line.
 */
static bool is_unsafe(uint32_t point)
{
	static const struct {
		uint32_t from, to;
	} unsafe[] = {
		{ 0x80, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c },
		{ 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xfff0, 0xfffb }, { 0xe0000, 0xe0fff },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(unsafe); i++)
		if (point >= unsafe[i].from && point <= unsafe[i].to)
			return true;
	return false;
}

/**
 * escape_is_utf8 - whether the locale's characters are UTF-8
 *
 * Return: true if they are.
 */
bool escape_is_utf8(void)
{
	static int known = -1;

	if (known < 0)
		known = !strcmp(nl_langinfo(CODESET), "UTF-8");
	return known;
}

/*
 * Add one character that is not plain ASCII, raw if the terminal can show it.
 * Returns its columns.
 */
static size_t add_wide(struct text *text, const unsigned char **s)
{
	uint32_t point;
	unsigned int len = decode(*s, &point);
	int columns;

	if (len > 1 && escape_is_utf8() && !is_unsafe(point)) {
		columns = wcwidth((wchar_t)point);
		if (columns > 0) {
			text_bytes(text, *s, len);
			*s += len;
			return (size_t)columns;
		}
	}
	hex(text, *(*s)++);
	return 4;
}

/* What C writes as a backslash and a letter, or as two backslashes. */
static bool has_letter(unsigned char c)
{
	return c == '\\' || (c >= '\a' && c <= '\r');
}

static void add_letter(struct text *text, unsigned char c)
{
	static const char letters[] = "abtnvfr";	/* 0x07 to 0x0d */

	text_char(text, '\\');
	text_char(text, c == '\\' ? '\\' : letters[c - '\a']);
}

/**
 * escape_terminal - add a name so that it is safe to show
 * @text: text to add to
 * @name: any bytes up to a NUL
 *
 * Control characters, invisible ones and what is not UTF-8 become \xHH or the
 * usual \n, a backslash is doubled. Where the locale is not UTF-8, all that is
 * not ASCII is escaped.
 *
 * Return: the columns it takes.
 */
size_t escape_terminal(struct text *text, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;
	size_t columns = 0;

	while (*s) {
		if (*s >= ' ' && *s < 0x7f && *s != '\\') {
			text_char(text, (char)*s++);
			columns++;
		} else if (has_letter(*s)) {
			add_letter(text, *s++);
			columns += 2;
		} else {
			columns += add_wide(text, &s);
		}
	}
	return columns;
}

/**
 * escape_utf8 - add a name as valid UTF-8
 * @text: text to add to
 * @name: any bytes up to a NUL
 *
 * A valid name is added as it is; bytes that are not UTF-8 become \xHH.
 */
void escape_utf8(struct text *text, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	while (*s) {
		uint32_t point;
		unsigned int len = decode(s, &point);

		if (len) {
			text_bytes(text, s, len);
			s += len;
		} else {
			hex(text, *s++);
		}
	}
}

static void add_entity(struct text *text, char c)
{
	switch (c) {
	case '<':
		text_string(text, "&lt;");
		break;
	case '>':
		text_string(text, "&gt;");
		break;
	case '&':
		text_string(text, "&amp;");
		break;
	case '"':
		text_string(text, "&quot;");
		break;
	default:
		text_char(text, c);
	}
}

/**
 * escape_markup - add text that is safe to show to markup
 * @text: text to add to
 * @words: valid UTF-8, in which a name has been escaped already
 */
void escape_markup(struct text *text, const char *words)
{
	while (*words)
		add_entity(text, *words++);
}

/**
 * escape_xml - add a name as character data of XML in UTF-8
 * @text: text to add to
 * @name: any bytes up to a NUL
 *
 * Markup becomes entities; the rest is escaped as for a terminal that shows
 * UTF-8, whatever the locale.
 */
void escape_xml(struct text *text, const char *name)
{
	const unsigned char *s = (const unsigned char *)name;

	while (*s) {
		uint32_t point;
		unsigned int len = decode(s, &point);

		if (has_letter(*s)) {
			add_letter(text, *s);
		} else if (len == 1 && point >= ' ' && point < 0x7f) {
			add_entity(text, (char)point);
		} else if (len > 1 && !is_unsafe(point) && (point & 0xfffe) != 0xfffe) {
			text_bytes(text, s, len);
		} else {
			hex(text, *s);
			len = 1;
		}
		s += len;
	}
}
