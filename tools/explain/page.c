// SPDX-License-Identifier: GPL-2.0
#include "explain/page.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#include "base/output.h"
#include "explain/language.h"
#include "explain/phrase_values.h"
#include "print/wrap.h"

#define WIDTH_DEFAULT	80	/* where no terminal has one */
#define WIDTH_MOST	100	/* longer lines are hard to read */

/**
 * page_begin - begin an explanation
 * @page: set up, for page_free()
 * @record: what is explained, must outlive the page; NULL if it is no record
 * @wall: moments are told by the wall clock
 */
void page_begin(struct page *page, const struct record *record, bool wall)
{
	unsigned int width = output_width();

	*page = (struct page){
		.record = record, .wall = wall, .colour = output_colour(), .since = -1,
		.last = STEP_COUNT, .width = width == UINT_MAX ? WIDTH_DEFAULT : width,
	};
	if (page->width > WIDTH_MOST)
		page->width = WIDTH_MOST;
	if (record)
		phrase_values_of_record(&page->phrase, record);
}

/**
 * page_free - give the memory back
 * @page: what page_begin() set up
 */
void page_free(struct page *page)
{
	phrase_free(&page->phrase);
	text_free(&page->prose);
}

/**
 * page_end - write the paragraph that was put together
 * @page: the page
 * @indent: columns before each of its lines
 */
void page_end(struct page *page, unsigned int indent)
{
	struct text *out = output_text();
	size_t at = out->len;

	wrap_add(out, text_terminated(&page->prose), indent, page->width);
	for (; at < out->len; at++)
		if (out->bytes[at] == PHRASE_NO_BREAK)
			out->bytes[at] = ' ';
	page->prose.len = 0;
	output_line();
}

/**
 * page_add - add a sentence to the paragraph
 * @page: the page
 * @sentence: not yet translated; names in braces stand for values of @page->phrase
 *
 * After one that ends in an East Asian mark no space is due.
 */
void page_add(struct page *page, const char *sentence)
{
	struct text *prose = &page->prose;
	size_t start;

	if (prose->len && (unsigned char)prose->bytes[prose->len - 1] < 0x80)
		text_char(prose, ' ');
	start = prose->len;
	phrase_add(&page->phrase, prose, _(sentence));
	/* A program whose name is not known begins a sentence with a capital. */
	if (sentence[0] == '{' && !strncmp(text_terminated(prose) + start, _("the program"),
					   strlen(_("the program"))))
		prose->bytes[start] = (char)toupper((unsigned char)prose->bytes[start]);
}

/**
 * page_say - write a paragraph of one labelled sentence
 * @page: the page
 * @indent: columns before each of its lines
 * @label: not yet translated, with {text} where the sentence goes
 * @sentence: translated
 */
void page_say(struct page *page, unsigned int indent, const char *label,
		const char *sentence)
{
	unsigned int values = page->phrase.count;

	phrase_string(&page->phrase, "text", sentence);
	page_add(page, label);
	phrase_rewind(&page->phrase, values);
	page_end(page, indent);
}

/**
 * page_bold - what follows is bold, where colour may be used
 * @page: the page
 */
void page_bold(const struct page *page)
{
	text_string(output_text(), page->colour ? "\033[1m" : "");
}

/**
 * page_plain - what follows is not bold any more
 * @page: the page
 */
void page_plain(const struct page *page)
{
	text_string(output_text(), page->colour ? "\033[0m" : "");
}

/**
 * page_title - write a title, with an empty line before it
 * @page: the page
 * @title: not yet translated
 */
void page_title(struct page *page, const char *title)
{
	text_char(output_text(), '\n');
	page_bold(page);
	page_add(page, title);
	page_end(page, 0);
	page_plain(page);
}
