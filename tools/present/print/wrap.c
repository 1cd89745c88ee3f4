// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "present/print/wrap.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"

/**
 * struct glyph - one character of the prose
 * @point: the character
 * @len: its bytes
 * @columns: its columns
 */
struct glyph {
	wchar_t		point;
	size_t		len;
	unsigned int	columns;
};

static struct glyph next_glyph(const char *s)
{
	struct glyph glyph;
	mbstate_t state = { 0 };
	size_t len = mbrtowc(&glyph.point, s, strlen(s), &state);
	int columns;

	if (len == 0 || len > strlen(s)) {	/* not a character of this locale */
		glyph.point = (unsigned char)*s;
		glyph.len = 1;
		glyph.columns = 1;
		return glyph;
	}
	columns = wcwidth(glyph.point);
	glyph.len = len;
	glyph.columns = columns < 0 ? 0 : (unsigned int)columns;
	return glyph;
}

/* Marks that never begin a line, and those that never end one. */
static bool must_follow(wchar_t point)
{
	return wcschr(L"\u3001\u3002\uff0c\uff1a\uff1b\uff01\uff1f\uff09"
		      L"\u300b\u300d\u300f\u201d\u2019",
		      point);
}

static bool must_lead(wchar_t point)
{
	return wcschr(L"\uff08\u300a\u300c\u300e\u201c\u2018", point);
}

/* Whether a line may end between two characters of which neither is a space. */
static bool may_break(const struct glyph *before, const struct glyph *after)
{
	return (before->columns == 2 || after->columns == 2) && !must_lead(before->point) &&
	       !must_follow(after->point);
}

/*
 * The bytes of @s that fit in a line; at least one word, so that no word is
 * cut and every line goes on.
 */
static size_t fit(const char *s, unsigned int room)
{
	struct glyph before = { 0 }, glyph;
	unsigned int columns = 0;
	size_t at = 0, best = 0;

	for (; s[at]; at += glyph.len, before = glyph) {
		glyph = next_glyph(s + at);
		if (at && (s[at] == ' ' || (before.point != ' ' && may_break(&before, &glyph))))
			best = at;
		columns += glyph.columns;
		if (columns > room && best && s[at] != ' ')
			return best;
	}
	return at;
}

/**
 * wrap_add - add prose in lines
 * @out: text to add to, at the start of a line
 * @prose: the prose, without line ends
 * @indent: columns left free at the left
 * @width: columns a line may take; a single word may be wider
 */
void wrap_add(struct text *out, const char *prose, unsigned int indent, unsigned int width)
{
	unsigned int room = width > indent + 20 ? width - indent : 20;

	while (*prose) {
		size_t len = fit(prose, room);

		text_repeat(out, ' ', indent);
		text_bytes(out, prose, len);
		text_char(out, '\n');
		prose += len;
		while (*prose == ' ')
			prose++;
	}
}
