/* SPDX-License-Identifier: GPL-2.0 */
/* The words of the text files, and what they must be. */
#ifndef TCPLEDGER_SELFTEST_WORDS_H
#define TCPLEDGER_SELFTEST_WORDS_H

#include "lib/base/packet.h"
#include "lib/ledger/ledger.h"

#define WORDS_MAX	24
#define LINE_MAX_LEN	1024

/**
 * struct line - a line of a text file
 * @n: how many words
 * @word: the words
 * @copy: what they are in
 */
struct line {
	size_t n;
	char *word[WORDS_MAX];
	char copy[LINE_MAX_LEN];
};

/**
 * struct words - a text that is put together, or one with its blanks put together
 * @n: length
 * @text: the text
 */
struct words {
	size_t n;
	char text[LINE_MAX_LEN];
};

void line_split(struct line *line, const char *text);

void words_add(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void words_add_anomalies(struct words *w, json_object *rec);
int words_compare(json_object *rec, const char *file, const char *got, struct words *wanted);

const char *word_or_dash(json_object *rec, const char *path);
const char *role_text(json_object *rec);
const char *duration_text(char buf[32], int64_t ns);
bool word_is_endpoint(const char *word, const struct endpoint *ep);
bool word_is_moved_duration(const char *text, int64_t ns, int64_t most, bool shrinks);

json_object *record_take(const struct ledger *ledger, bool *seen, unsigned long long id);

#endif
