// SPDX-License-Identifier: GPL-2.0
#include "present/report/words.h"

#include <stdbool.h>

#include "base/escape.h"
#include "base/text.h"
#include "present/explain/prose.h"
#include "meaning/step_groups.h"

static void add_text(struct text *page, const char *words)
{
	char letter[2] = "";

	for (; *words; words++)
		if (*words == PHRASE_NO_BREAK) {
			text_string(page, "&#160;");
		} else {
			letter[0] = *words;
			escape_markup(page, letter);
		}
}

static void add_element(struct text *page, const char *name, const char *classes,
			const char *words)
{
	text_printf(page, "<%s%s%s%s>", name, *classes ? " class=\"" : "", classes,
		    *classes ? "\"" : "");
	add_text(page, words);
	text_printf(page, "</%s>\n", name);
}

/**
 * words_add_verdict - add who is connected to whom, and how it went
 * @page: to add to
 * @prose: an explanation
 * @more: topics that stand below, as markup
 */
void words_add_verdict(struct text *page, const struct prose *prose, const struct text *more)
{
	bool list = false;
	size_t i;

	for (i = 0; i < prose->count; i++) {
		const char *words = prose_text(prose, i);

		if (prose->list[i].kind == PROSE_ENDS)
			add_element(page, "p", "ends", words);
		if (prose->list[i].kind != PROSE_TOPIC && prose->list[i].kind != PROSE_VERDICT)
			continue;
		text_string(page, list ? "" : "<dl class=\"verdict\">\n");
		list = true;
		add_element(page, prose->list[i].kind == PROSE_TOPIC ? "dt" : "dd", "", words);
	}
	if (more->len && !list)
		text_string(page, "<dl class=\"verdict\">\n");
	text_bytes(page, more->bytes, more->len);
	text_string(page, list || more->len ? "</dl>\n" : "");
}

static const char *step_class(enum prose_kind kind)
{
	switch (kind) {
	case PROSE_STEP:
		return "head";
	case PROSE_CHANGE:
		return "change";
	case PROSE_NOTE:
		return "note";
	case PROSE_WITHOUT:
	case PROSE_RULE:
		return "more";
	default:
		return "";
	}
}

static void begin_step(struct text *page, const struct step_groups *groups, int step, bool first)
{
	text_string(page, first ? "<ol class=\"steps\">\n" : "</li>\n");
	text_string(page, "<li tabindex=\"0\" data-g=\"");
	step_groups_add(page, groups, step);
	text_string(page, "\">\n");
}

/**
 * words_add_steps - add each step
 * @page: to add to
 * @prose: an explanation
 * @record: of which record
 */
void words_add_steps(struct text *page, const struct prose *prose, const struct record *record)
{
	struct step_groups groups;
	int step = -1;
	size_t i;

	step_groups_make(&groups, record);
	for (i = 0; i < prose->count; i++) {
		const struct prose_paragraph *paragraph = &prose->list[i];
		const char *words = prose_text(prose, i);

		if (paragraph->kind == PROSE_NUMBERS)
			add_element(page, "p", "numbers", words);
		if (paragraph->step < 0)
			continue;
		if (paragraph->step != step)
			begin_step(page, &groups, paragraph->step, step < 0);
		step = paragraph->step;
		add_element(page, "p", step_class(paragraph->kind), words);
	}
	text_string(page, step < 0 ? "" : "</li>\n</ol>\n");
	step_groups_free(&groups);
}

/**
 * words_add_anomalies - add what each anomaly means, and what to do
 * @page: to add to
 * @prose: an explanation
 */
void words_add_anomalies(struct text *page, const struct prose *prose)
{
	bool list = false;
	size_t i;

	for (i = 0; i < prose->count; i++) {
		enum prose_kind kind = prose->list[i].kind;

		if (kind != PROSE_ANOMALY && kind != PROSE_CAUSE && kind != PROSE_CURE)
			continue;
		text_string(page, list ? "" : "<dl class=\"remedies\">\n");
		list = true;
		add_element(page, kind == PROSE_ANOMALY ? "dt" : "dd", "", prose_text(prose, i));
	}
	text_string(page, list ? "</dl>\n" : "");
}
