// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger explain: one connection, each step in words.
 */
#include "commands/explain.h"

#include <limits.h>

#include "base/output.h"
#include "base/text.h"
#include "commands/find.h"
#include "commands/options.h"
#include "explain/explanation.h"
#include "explain/prose.h"
#include "print/wrap.h"

#define WIDTH_DEFAULT	80	/* where no terminal has one */
#define WIDTH_MOST	100	/* longer lines are hard to read */

/**
 * explain_width - how wide prose is
 *
 * Return: columns.
 */
unsigned int explain_width(void)
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
	wrap_add(out, prose_text(prose, number), indent(paragraph->kind), explain_width());
	for (; at < out->len; at++)
		if (out->bytes[at] == PHRASE_NO_BREAK)
			out->bytes[at] = ' ';
	text_string(out, bold ? "\033[0m" : "");
	output_line();
}

/* Print it, and free it. */
static void print(struct prose *prose)
{
	size_t i;

	for (i = 0; i < prose->count; i++)
		print_paragraph(prose, i);
	prose_free(prose);
}

/**
 * explain_verdict - print of an explanation the verdict alone
 * @record: a checked record
 */
void explain_verdict(const struct record *record)
{
	struct prose prose = { 0 };

	explanation_verdict(&prose, record);
	print(&prose);
}

/**
 * explain_time_wait - print of a verdict what it says of TIME_WAIT
 * @record: a checked record
 */
void explain_time_wait(const struct record *record)
{
	struct prose prose = { 0 };

	explanation_time_wait(&prose, record);
	print(&prose);
}

/**
 * command_explain - tcpledger explain
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_explain(const struct options *options)
{
	struct record_list found = { 0 };
	const struct record *record;
	int status = find_record(options, options->args[0], &found, &record);
	struct prose prose = { 0 };

	if (record) {
		explanation_make(&prose, record, options->clock == OPTIONS_CLOCK_WALL);
		print(&prose);
	}
	record_list_free(&found);
	return status;
}
