/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How values look to people: names, durations, moments, addresses. Where a
 * value is not known, "-" stands.
 */
#ifndef TCPLEDGER_FORMAT_H
#define TCPLEDGER_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text;

/**
 * struct format_set - the words of one enumeration
 * @what: what the words are called in a message
 * @words: the words by value; NULL where a value has none
 * @count: length of @words
 */
struct format_set {
	const char		*what;
	const char *const	*words;
	unsigned int		count;
};

extern const struct format_set format_states;
extern const struct format_set format_roles;
extern const struct format_set format_outcomes;
extern const struct format_set format_kinds;
extern const struct format_set format_sides;
extern const struct format_set format_exits;
extern const struct format_set format_causes;
extern const struct format_set format_anomalies;

const char *format_word(const struct format_set *set, unsigned int value);
int format_find(const struct format_set *set, const char *word, size_t len);
const char *format_flag(unsigned int bit);
const char *format_error(int error);

void format_address(struct text *text, const uint8_t *address, bool ipv6);
void format_endpoint(struct text *text, const uint8_t *address, bool ipv6,
		     uint16_t port);
void format_duration(struct text *text, int64_t ns);
void format_seconds(struct text *text, int64_t ns, unsigned int decimals);
bool format_wall(struct text *text, int64_t realtime_ns);
bool format_moment(int64_t from, int64_t offset, int64_t *moment);

#endif
