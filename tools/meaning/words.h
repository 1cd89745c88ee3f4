/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of the enumerations of a record, of TCP's flags and of errors.
 */
#ifndef TCPLEDGER_WORDS_H
#define TCPLEDGER_WORDS_H

#include <stddef.h>

/**
 * struct words - the words of one enumeration
 * @what: what one of them is called in a message
 * @words: the words by value; NULL where a value has none
 * @count: length of @words
 */
struct words {
	const char		*what;
	const char *const	*words;
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

const char *words_get(const struct words *set, unsigned int value);
int words_find(const struct words *set, const char *word, size_t len);
const char *words_flag(unsigned int bit);
const char *words_error(int error);

#endif
