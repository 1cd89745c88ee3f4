// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "meaning/words.h"

#include <stdio.h>
#include <string.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "read/record.h"

#define LISTED(name, string)		WORD(string),
#define LISTED_STATE(name, number)	[number] = WORD(#name),
#define WORDS(set, list, ...)							\
	static const struct word set##_list[] = { list };			\
	const struct words words_##set = {					\
		__VA_ARGS__, set##_list, ARRAY_SIZE(set##_list)			\
	}

WORDS(states, TCPLEDGER_STATES(LISTED_STATE), "state");
WORDS(roles, TCPLEDGER_ROLES(LISTED), "role");
WORDS(outcomes, TCPLEDGER_OUTCOMES(LISTED), "outcome");
WORDS(kinds, TCPLEDGER_KINDS(LISTED), "kind");
WORDS(sides, TCPLEDGER_SIDES(LISTED), "side");
WORDS(exits, TCPLEDGER_EXITS(LISTED), "exit");
WORDS(causes, TCPLEDGER_CAUSES(LISTED), "cause");
WORDS(anomalies, TCPLEDGER_ANOMALIES(LISTED), "anomaly");

/* The same for all enumerations; each is written where it is first needed. */
static const struct word *word_of_later(unsigned int value)
{
	static const struct word beyond = WORD("unknown");
	static struct word words[RECORD_VALUES];
	struct word *word = &words[value < RECORD_VALUES ? value : 0];

	if (value >= RECORD_VALUES)
		return &beyond;
	if (!word->len)
		word->len = (unsigned char)snprintf(word->text, sizeof(word->text), "unknown(%u)",
						    value);
	return word;
}

/**
 * words_word - the word for a value, with its length
 * @set: enumeration
 * @value: value
 *
 * Return: the word, for ever; "unknown(N)" for a value N that a later release added.
 */
const struct word *words_word(const struct words *set, unsigned int value)
{
	if (value < set->count && set->list[value].len)
		return &set->list[value];
	return word_of_later(value);
}

/**
 * words_get - the word for a value
 * @set: enumeration
 * @value: value
 *
 * Return: as words_word(), as a string.
 */
const char *words_get(const struct words *set, unsigned int value)
{
	return words_word(set, value)->text;
}

static bool same_word(const char *word, const char *given, size_t len)
{
	size_t i;

	for (i = 0; i < len && word[i]; i++) {
		char a = word[i], b = given[i];

		if (a >= 'A' && a <= 'Z')
			a = (char)(a - 'A' + 'a');
		if (b >= 'A' && b <= 'Z')
			b = (char)(b - 'A' + 'a');
		if (b == '-')		/* ss writes time-wait */
			b = '_';
		if (a != b)
			return false;
	}
	return i == len && !word[i];
}

/**
 * words_find - the value of a word
 * @set: enumeration
 * @word: the word, in any case, with '-' or '_'
 * @len: its length
 *
 * Return: value, or -1 if there is none.
 */
int words_find(const struct words *set, const char *word, size_t len)
{
	unsigned int value;

	for (value = 0; value < set->count; value++)
		if (set->list[value].len && set->list[value].text[0] != '-' &&
		    same_word(set->list[value].text, word, len))
			return (int)value;
	return -1;
}

/**
 * words_flag - the name of a TCP flag
 * @bit: number of its bit, 0 to 7
 *
 * Return: the name.
 */
const char *words_flag(unsigned int bit)
{
	static const char *const flags[8] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
	};

	return flags[bit & 7];
}

/**
 * words_error - the name of an error number
 * @error: errno value
 *
 * Return: its name such as ECONNRESET, or NULL if it has none.
 */
const char *words_error(int error)
{
	return error > 0 ? strerrorname_np(error) : NULL;
}
