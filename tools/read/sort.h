/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The order of a list. A record's place is worked out once, as two numbers
 * that compare like what they stand for, so that sorting moves and compares
 * nothing else.
 */
#ifndef TCPLEDGER_SORT_H
#define TCPLEDGER_SORT_H

#include <stdbool.h>
#include <stdint.h>

struct record;

/* KEY, its word, what it sorts by: what is more than a number of which the largest is first. */
#define SORT_KEYS(X)							\
	X(RECENT,	"recent",	"live first, then ended; newest first")	\
	X(ID,		"id",		"number of the record")			\
	X(OPENED,	"opened",	"when it was opened, newest first")	\
	X(ENDED,	"ended",	"when it ended, newest first")		\
	X(AGE,		"age",		"time in the present state, oldest first") \
	X(DURATION,	"duration",	"length of its life, longest first")	\
	X(STATE,	"state",	"state, in the order of a life")	\
	X(PID,		"pid",		"owner's process id")			\
	X(COMM,		"comm",		"owner's name")				\
	X(LOCAL,	"local",	"own address and port")			\
	X(REMOTE,	"remote",	"the peer's address and port")

/* These, and behind them a number for each row of the table of fields. */
#define SORT_ENUM(name, word, help)	SORT_##name,
enum sort_by {
	SORT_KEYS(SORT_ENUM)
	SORT_FIELD
};

/**
 * struct sort_place - a record's place in the list
 * @high: compared first
 * @low: compared next
 * @port: compared third
 * @id: compared last, the newest record first
 */
struct sort_place {
	uint64_t	high;
	uint64_t	low;
	uint64_t	port;
	uint64_t	id;
};

unsigned int sort_count(void);
const char *sort_word(unsigned int by);
void sort_place(unsigned int by, bool reverse, const struct record *record,
		struct sort_place *place);
int sort_compare(const struct sort_place *a, const struct sort_place *b);

#endif
