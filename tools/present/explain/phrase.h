/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sentences with places for values that have names, "{who} closes after
 * {stay}", so that a translation can put them in its own order.
 */
#ifndef TCPLEDGER_PHRASE_H
#define TCPLEDGER_PHRASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/text.h"

#define PHRASE_VALUES_MAX	48
#define PHRASE_NO_BREAK		'\xff'	/* a space at which no line may end; no byte of UTF-8 */

/**
 * struct phrase - the values of a sentence, all zero when empty
 * @names: their names
 * @at: where each ends in @bytes
 * @bytes: one behind the other
 * @count: how many
 */
struct phrase {
	const char	*names[PHRASE_VALUES_MAX];
	size_t		at[PHRASE_VALUES_MAX];
	struct text	bytes;
	unsigned int	count;
};

struct text *phrase_begin(struct phrase *phrase, const char *name);
void phrase_end(struct phrase *phrase);
void phrase_number(struct phrase *phrase, const char *name, int64_t number);
void phrase_duration(struct phrase *phrase, const char *name, int64_t ns);
void phrase_string(struct phrase *phrase, const char *name, const char *value);
void phrase_add(const struct phrase *phrase, struct text *text, const char *sentence);
void phrase_rewind(struct phrase *phrase, unsigned int count);
void phrase_free(struct phrase *phrase);

#endif
