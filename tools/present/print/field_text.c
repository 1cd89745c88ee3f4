// SPDX-License-Identifier: GPL-2.0
#include "present/print/field_text.h"

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/field.h"

/**
 * field_text_words - the words that a field's values have
 * @field: the field
 *
 * Return: the words, NULL if it is no enumeration.
 */
const struct words *field_text_words(const struct field *field)
{
	switch (field->type) {
	case FIELD_STATE:
		return &words_states;
	case FIELD_OUTCOME:
		return &words_outcomes;
	case FIELD_ROLE:
		return &words_roles;
	case FIELD_KIND:
		return &words_kinds;
	case FIELD_SIDE:
		return &words_sides;
	case FIELD_EXIT:
		return &words_exits;
	default:
		return NULL;
	}
}

/**
 * field_text - add the value of a field, a number as it is
 * @text: text to add to
 * @field: one that is not computed
 * @r: the record
 */
void field_text(struct text *text, const struct field *field, const struct tcpledger_record *r)
{
	const struct words *words = field_text_words(field);
	int64_t number = field_number(field, r);

	if (words)
		text_string(text, words_get(words, (unsigned int)number));
	else if (number < 0 && field->type != FIELD_U64)
		text_char(text, '-');
	else if (field->type == FIELD_YES)
		text_string(text, number ? "yes" : "no");
	else
		text_unsigned(text, (uint64_t)number);
}

/**
 * field_text_duration - the same, where a time is given in the unit that suits it
 * @text: text to add to
 * @field: one that is not computed
 * @r: the record
 */
void field_text_duration(struct text *text, const struct field *field,
			 const struct tcpledger_record *r)
{
	int64_t number;

	if (field->unit == FIELD_PLAIN) {
		field_text(text, field, r);
		return;
	}
	number = field_number(field, r);
	if (field->unit == FIELD_US && __builtin_mul_overflow(number, 1000, &number))
		number = -1;
	format_duration(text, number);
}
