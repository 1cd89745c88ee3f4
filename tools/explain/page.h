/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An explanation being written: sentences with their values, put together to
 * paragraphs as wide as the terminal.
 */
#ifndef TCPLEDGER_PAGE_H
#define TCPLEDGER_PAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "explain/phrase.h"
#include "meaning/step.h"

struct record;

/**
 * struct page - an explanation being written
 * @record: what is explained, NULL if it is no record
 * @wall: moments are told by the wall clock, else in seconds
 * @width: columns a line may take
 * @colour: colour may be used
 * @phrase: the values of the sentences
 * @prose: the paragraph being put together
 * @since: when the present state began, or -1
 * @told: lessons already given in full
 * @last: kind of the step before
 */
struct page {
	const struct record	*record;
	bool			wall;
	unsigned int		width;
	bool			colour;
	struct phrase		phrase;
	struct text		prose;
	int64_t			since;
	bool			told[STEP_COUNT];
	enum step_kind		last;
};

void page_begin(struct page *page, const struct record *record, bool wall);
void page_end(struct page *page, unsigned int indent);
void page_add(struct page *page, const char *sentence);
void page_say(struct page *page, unsigned int indent, const char *label, const char *sentence);
void page_bold(const struct page *page);
void page_plain(const struct page *page);
void page_title(struct page *page, const char *title);
void page_free(struct page *page);

#endif
