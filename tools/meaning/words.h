/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of the enumerations of a record, of TCP's flags and of errors.
 */
#ifndef TCPLEDGER_WORDS_H
#define TCPLEDGER_WORDS_H

#include <stddef.h>

#define WORDS_FLAG_LEN	3	/* length of the name of a flag */
#define WORD_ROOM	24	/* so that copying one is two or three stores */

/**
 * struct word - one of them
 * @text: it, terminated; empty where a value has none
 * @len: its length
 */
struct word {
	char		text[WORD_ROOM];
	unsigned char	len;
};

/* A string literal that is too long for it divides by zero, and does not compile. */
#define WORD(string)	{ string, sizeof(string) - 1 + 0 / (sizeof(string) <= WORD_ROOM) }

/**
 * struct words - the words of one enumeration
 * @what: what one of them is called in a message
 * @list: the words by value
 * @count: length of @list
 */
struct words {
	const char		*what;
	const struct word	*list;
	unsigned int		count;
};

extern const struct words words_states;
extern const struct words words_roles;
extern const struct words words_outcomes;
extern const struct words words_kinds;
extern const struct words words_sides;
extern const struct words words_exits;
extern const struct words words_causes;
extern const struct words words_anomalies;

const struct word *words_word(const struct words *set, unsigned int value);
const char *words_get(const struct words *set, unsigned int value);
int words_find(const struct words *set, const char *word, size_t len);
const char *words_flag(unsigned int bit);
const char *words_error(int error);

#endif
