/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arguments of options, from words to values. Each function returns 0, or the
 * exit status for a wrong call with the error reported.
 */
#ifndef TCPLEDGER_PARSE_H
#define TCPLEDGER_PARSE_H

#include <stdint.h>

#include "meaning/words.h"
#include "read/filter.h"

/**
 * struct parse_tuple - the name of a connection
 * @ipv6: family
 * @local: own address
 * @remote: the peer's address
 * @lport: own port
 * @rport: the peer's port
 */
struct parse_tuple {
	bool		ipv6;
	uint8_t		local[16];
	uint8_t		remote[16];
	uint16_t	lport;
	uint16_t	rport;
};

int parse_number(const char *what, const char *arg, int64_t most, int64_t *number);
int parse_list(const char *what, const char *arg, int64_t most,
	       struct filter_list *list);
int parse_words(const struct words *set, const char *arg, uint64_t *mask);
int parse_word(const struct words *set, const char *arg, unsigned int *value);
int parse_prefix(const char *arg, struct filter *filter);
int parse_duration(const char *arg, int64_t *ns);
int parse_size(const char *arg, uint64_t *bytes);
int parse_tuple(const char *arg, struct parse_tuple *tuple);

#endif
