// SPDX-License-Identifier: GPL-2.0
#include "present/print/columns.h"

#include <string.h>

#include "base/text.h"
#include "present/print/fold.h"

/* Add the next line without its end; returns the columns it takes. */
static unsigned int add_line(struct text *out, const struct text *text, size_t *at)
{
	unsigned int sum = 0, columns;

	while (*at < text->len && text->bytes[*at] != '\n') {
		const char *s = text->bytes + *at;
		size_t n = fold_step(s, text->len - *at, &columns);

		text_bytes(out, s, n);
		*at += n;
		sum += columns;
	}
	if (*at < text->len)
		(*at)++;
	return sum;
}

/**
 * columns_add - add two texts beside each other, line by line
 * @out: text to add to
 * @left: text of whole lines
 * @right: another
 * @width: columns of the left one
 * @between: what stands between them
 */
void columns_add(struct text *out, const struct text *left, const struct text *right,
		 unsigned int width, const char *between)
{
	size_t at_left = 0, at_right = 0;
	unsigned int columns;

	while (at_left < left->len || at_right < right->len) {
		columns = add_line(out, left, &at_left);
		text_repeat(out, ' ', columns < width ? width - columns : 0);
		text_string(out, between);
		add_line(out, right, &at_right);
		while (out->len && out->bytes[out->len - 1] == ' ')
			out->len--;
		text_char(out, '\n');
	}
}
