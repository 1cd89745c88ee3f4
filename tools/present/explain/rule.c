// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "present/explain/rule.h"

#include <string.h>

#include "base/language.h"
#include "present/explain/phrase.h"
#include "present/explain/prose.h"

static void add_sections(struct text *text, const char *sections, size_t len)
{
	const char *comma;

	while ((comma = memmem(sections, len, ", ", 2))) {
		text_bytes(text, sections, (size_t)(comma - sections));
		text_string(text, _(", "));
		len -= (size_t)(comma - sections) + 2;
		sections = comma + 2;
	}
	text_bytes(text, sections, len);
}

/**
 * rule_add - add who says so to the paragraph being put together
 * @prose: to add to
 * @rule: "RFC 9293 3.5, 3.10.1; RFC 7413 3": a document and its sections, or all of it
 */
void rule_add(struct prose *prose, const char *rule)
{
	unsigned int values = prose->phrase.count;
	struct text *text = &prose->bytes;

	while (*rule) {
		size_t number = strcspn(rule += strlen("RFC "), " ;");
		size_t sections = strcspn(rule + number, ";");

		text_bytes(phrase_begin(&prose->phrase, "number"), rule, number);
		phrase_end(&prose->phrase);
		rule += number;
		if (sections) {
			add_sections(phrase_begin(&prose->phrase, "sections"), rule + 1,
				     sections - 1);
			phrase_end(&prose->phrase);
		}
		prose_sentence(prose, sections ? N_("RFC {number} section {sections}") :
						 N_("RFC {number}"));
		rule += sections;
		text_string(text, *rule ? _(";") : "");
		rule += strspn(rule, "; ");
		phrase_rewind(&prose->phrase, values);
	}
}

/**
 * rule_paragraph - add a paragraph that tells who says so
 * @prose: to add to
 * @rule: as for rule_add()
 */
void rule_paragraph(struct prose *prose, const char *rule)
{
	text_string(&prose->bytes, _("Rule:"));
	rule_add(prose, rule);
	prose_end(prose, PROSE_RULE);
}
