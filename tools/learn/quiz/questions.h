/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The questions that can be asked about a connection. What is asked follows by
 * the rules of TCP from what is seen; what only chance or a program decided is
 * not asked for.
 */
#ifndef TCPLEDGER_QUIZ_QUESTIONS_H
#define TCPLEDGER_QUIZ_QUESTIONS_H

#include <stddef.h>

#include "learn/quiz/question.h"

struct chance;
struct diagram;
struct record;

#define QUESTIONS_MOST	8	/* of one connection; more would tire */

/**
 * struct questions - the questions about a connection, in the order of its log
 * @list: them
 * @count: how many
 * @room: how many fit
 */
struct questions {
	struct question	*list;
	unsigned int	count;
	size_t		room;
};

void questions_find(struct questions *questions, const struct record *record,
		    const struct diagram *diagram, struct chance *chance);
void questions_free(struct questions *questions);

#endif
