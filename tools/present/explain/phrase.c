// SPDX-License-Identifier: GPL-2.0
#include "present/explain/phrase.h"

#include <stdbool.h>
#include <string.h>

/* Two units at most, "1 h 5 min"; tenths where one is enough, "57.6 s", cut as in tables. */
static const struct unit {
	const char	*name;
	int64_t		ns;
	const char	*part;		/* the unit below, or NULL for tenths */
	int64_t		part_ns;
} units[] = {
	{ "d", 86400000000000, "h", 3600000000000 },
	{ "h", 3600000000000, "min", 60000000000 },
	{ "min", 60000000000, "s", 1000000000 },
	{ "s", 1000000000, NULL, 100000000 },
	{ "ms", 1000000, NULL, 100000 },
	{ "us", 1000, NULL, 100 },
	{ "ns", 1, NULL, 1 },
};

static const struct unit *const seconds = &units[3];

static const struct unit *find_unit(int64_t ns)
{
	const struct unit *unit = ns < 100000000000 ? seconds : units;

	while (ns < unit->ns && unit->ns > 1)
		unit++;
	return unit;
}

static void add_unit(struct text *text, const char *name)
{
	text_char(text, PHRASE_NO_BREAK);
	text_string(text, name);
}

static void add_duration(struct text *text, int64_t ns)
{
	const struct unit *unit = find_unit(ns);
	int64_t rest = ns % unit->ns / unit->part_ns;

	text_signed(text, ns / unit->ns);
	if (rest && !unit->part) {
		text_char(text, '.');
		text_signed(text, rest);
	}
	add_unit(text, unit->name);
	if (rest && unit->part) {
		text_char(text, PHRASE_NO_BREAK);
		text_signed(text, rest);
		add_unit(text, unit->part);
	}
}

/**
 * phrase_begin - begin a value
 * @phrase: the values so far; a later one of the same name wins
 * @name: its name
 *
 * Return: the text to add the value to, before phrase_end().
 */
struct text *phrase_begin(struct phrase *phrase, const char *name)
{
	phrase->names[phrase->count] = name;
	return &phrase->bytes;
}

/**
 * phrase_end - the value is complete
 * @phrase: the values so far
 */
void phrase_end(struct phrase *phrase)
{
	phrase->at[phrase->count++] = phrase->bytes.len;
}

/**
 * phrase_number - a value that is a number
 * @phrase: the values so far
 * @name: its name
 * @number: the number
 */
void phrase_number(struct phrase *phrase, const char *name, int64_t number)
{
	text_signed(phrase_begin(phrase, name), number);
	phrase_end(phrase);
}

/**
 * phrase_duration - a value that is a duration
 * @phrase: the values so far
 * @name: its name
 * @ns: nanoseconds, not negative
 */
void phrase_duration(struct phrase *phrase, const char *name, int64_t ns)
{
	add_duration(phrase_begin(phrase, name), ns);
	phrase_end(phrase);
}

/**
 * phrase_string - a value that is a word
 * @phrase: the values so far
 * @name: its name
 * @value: the word, safe to show
 */
void phrase_string(struct phrase *phrase, const char *name, const char *value)
{
	text_string(phrase_begin(phrase, name), value);
	phrase_end(phrase);
}

/* Add the value that a name in braces stands for; false if there is none. */
static bool add_value(const struct phrase *phrase, struct text *text, const char *name,
		      size_t len)
{
	unsigned int i = phrase->count;

	while (i-- > 0) {
		size_t from = i ? phrase->at[i - 1] : 0;

		if (strlen(phrase->names[i]) != len || memcmp(phrase->names[i], name, len))
			continue;
		text_bytes(text, phrase->bytes.bytes + from, phrase->at[i] - from);
		return true;
	}
	return false;
}

/**
 * phrase_add - add a sentence with its values
 * @phrase: the values
 * @text: text to add to
 * @sentence: the sentence; a name without a value stays as it is
 */
void phrase_add(const struct phrase *phrase, struct text *text, const char *sentence)
{
	const char *brace, *end;

	while ((brace = strchr(sentence, '{')) && (end = strchr(brace, '}'))) {
		text_bytes(text, sentence, (size_t)(brace - sentence));
		sentence = end + 1;
		if (!add_value(phrase, text, brace + 1, (size_t)(end - brace - 1)))
			text_bytes(text, brace, (size_t)(sentence - brace));
	}
	text_string(text, sentence);
}

/**
 * phrase_free - forget all values
 * @phrase: the values
 */
void phrase_free(struct phrase *phrase)
{
	text_free(&phrase->bytes);
	phrase->count = 0;
}

/**
 * phrase_rewind - forget the values that came last
 * @phrase: the values
 * @count: how many to keep, as phrase->count was
 */
void phrase_rewind(struct phrase *phrase, unsigned int count)
{
	phrase->count = count;
	phrase->bytes.len = count ? phrase->at[count - 1] : 0;
}
