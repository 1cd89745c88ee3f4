// SPDX-License-Identifier: GPL-2.0
#include "present/explain/prose.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/language.h"

/**
 * prose_sentence - add a sentence to the paragraph being put together
 * @prose: to add to
 * @sentence: the sentence, to be translated
 *
 * After one that ends in an East Asian mark no space is due.
 */
void prose_sentence(struct prose *prose, const char *sentence)
{
	struct text *bytes = &prose->bytes;
	size_t start;

	if (bytes->len > prose->start && (unsigned char)bytes->bytes[bytes->len - 1] < 0x80)
		text_char(bytes, ' ');
	start = bytes->len;
	phrase_add(&prose->phrase, bytes, _(sentence));
	/* A program whose name is not known begins a sentence with a capital. */
	if (sentence[0] == '{' && !strncmp(text_terminated(bytes) + start, _("the program"),
					   strlen(_("the program"))))
		bytes->bytes[start] = (char)toupper((unsigned char)bytes->bytes[start]);
}

/**
 * prose_end - the paragraph is complete
 * @prose: to which it belongs; one without a word is none
 * @kind: what it is
 */
void prose_end(struct prose *prose, enum prose_kind kind)
{
	if (prose->bytes.len == prose->start)
		return;
	text_char(&prose->bytes, '\0');
	prose->list = memory_grow(prose->list, prose->count, &prose->room, sizeof(*prose->list));
	prose->list[prose->count++] = (struct prose_paragraph) {
		.kind = kind, .apart = prose->apart, .step = prose->step, .at = prose->start,
	};
	prose->start = prose->bytes.len;
	prose->apart = false;
}

/**
 * prose_labelled - add a paragraph of one labelled sentence
 * @prose: to add to
 * @kind: what it is
 * @label: to be translated, with {text} where the sentence stands
 * @sentence: in the reader's language
 */
void prose_labelled(struct prose *prose, enum prose_kind kind, const char *label,
		    const char *sentence)
{
	unsigned int values = prose->phrase.count;

	phrase_string(&prose->phrase, "text", sentence);
	prose_sentence(prose, label);
	phrase_rewind(&prose->phrase, values);
	prose_end(prose, kind);
}

/**
 * prose_text - the words of a paragraph
 * @prose: the paragraphs
 * @number: which, from 0
 *
 * Return: them, terminated, good until more is added.
 */
const char *prose_text(const struct prose *prose, size_t number)
{
	return prose->bytes.bytes + prose->list[number].at;
}

/**
 * prose_rewind - forget the paragraphs, but not the values of the sentences
 * @prose: the paragraphs
 */
void prose_rewind(struct prose *prose)
{
	prose->bytes.len = 0;
	prose->count = 0;
	prose->start = 0;
}

/**
 * prose_free - forget all
 * @prose: the paragraphs
 */
void prose_free(struct prose *prose)
{
	phrase_free(&prose->phrase);
	text_free(&prose->bytes);
	free(prose->list);
	memset(prose, 0, sizeof(*prose));
}
