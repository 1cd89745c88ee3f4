// SPDX-License-Identifier: GPL-2.0
#include "present/explain/prose_print.h"

#include <limits.h>

#include "base/output.h"
#include "present/explain/prose.h"
#include "present/print/wrap.h"

#define WIDTH_DEFAULT	80	/* where no terminal has one */
#define WIDTH_MOST	100	/* longer lines are hard to read */

/**
 * prose_width - how wide lines of prose are
 *
 * Return: columns.
 */
unsigned int prose_width(void)
{
	unsigned int width = output_width();

	if (width == UINT_MAX)
		return WIDTH_DEFAULT;
	return width < WIDTH_MOST ? width : WIDTH_MOST;
}

static bool is_bold(enum prose_kind kind)
{
	return kind == PROSE_TITLE || kind == PROSE_PART || kind == PROSE_TOPIC ||
	       kind == PROSE_STEP || kind == PROSE_ANOMALY;
}

static unsigned int indent(enum prose_kind kind)
{
	switch (kind) {
	case PROSE_TITLE:
	case PROSE_ENDS:
	case PROSE_PART:
		return 0;
	case PROSE_TOPIC:
	case PROSE_NUMBERS:
	case PROSE_STEP:
	case PROSE_ANOMALY:
		return 2;
	default:
		return 4;
	}
}

static void print_paragraph(const struct prose *prose, size_t number)
{
	const struct prose_paragraph *paragraph = &prose->list[number];
	bool bold = is_bold(paragraph->kind) && output_colour();
	struct text *out = output_text();
	size_t at;

	text_string(out, paragraph->apart ? "\n" : "");
	text_string(out, bold ? "\033[1m" : "");
	at = out->len;
	wrap_add(out, prose_text(prose, number), indent(paragraph->kind), prose_width());
	for (; at < out->len; at++)
		if (out->bytes[at] == PHRASE_NO_BREAK)
			out->bytes[at] = ' ';
	text_string(out, bold ? "\033[0m" : "");
	output_line();
}

/**
 * prose_print - write paragraphs, in lines as wide as the terminal
 * @prose: the paragraphs
 */
void prose_print(const struct prose *prose)
{
	size_t i;

	for (i = 0; i < prose->count; i++)
		print_paragraph(prose, i);
}
