/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A question about a connection: what is seen of it, what is asked, and the
 * answers to choose from.
 */
#ifndef TCPLEDGER_QUESTION_H
#define TCPLEDGER_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "meaning/step.h"

#define QUESTION_ANSWERS	4	/* at most */

/**
 * enum question_kind - what is asked, and what the numbers of its answers are
 * @QUESTION_STATE: the state that the local end enters: enum tcpledger_state
 * @QUESTION_NEXT: the segment that comes next: question_segment()
 * @QUESTION_ACK: the acknowledgment number of a segment
 * @QUESTION_FIN: the sequence number of a FIN
 * @QUESTION_AGAIN: how long until a segment is sent again: nanoseconds
 * @QUESTION_2MSL: how long TIME_WAIT lasts: nanoseconds
 * @QUESTION_GIVE_UP: how long a state lasts until a timer ends it: nanoseconds
 * @QUESTION_WHO_WAITS: who will be in TIME_WAIT: enum tcpledger_side
 */
enum question_kind {
	QUESTION_STATE,
	QUESTION_NEXT,
	QUESTION_ACK,
	QUESTION_FIN,
	QUESTION_AGAIN,
	QUESTION_2MSL,
	QUESTION_GIVE_UP,
	QUESTION_WHO_WAITS,
	QUESTION_KINDS
};

/**
 * struct question - a question
 * @kind: what is asked
 * @step: what happens, and is told with the right answer
 * @rows: rows of the diagram that are seen
 * @hides_state: but for the state that the local end enters on the last of them
 * @answers: to choose from, all different
 * @answer_count: how many
 * @right: which of them is right
 */
struct question {
	enum question_kind	kind;
	struct step		step;
	unsigned int		rows;
	bool			hides_state;
	int64_t			answers[QUESTION_ANSWERS];
	unsigned int		answer_count;
	unsigned int		right;
};

#define QUESTION_OUT		0x100	/* the local end sends it */
#define QUESTION_NO_SEGMENT	(-1)
#define QUESTION_FLAGS		0x17	/* FIN, SYN, RST, ACK: those that are asked for */

/* The number of an answer of QUESTION_NEXT. */
static inline int64_t question_segment(bool out, unsigned int flags)
{
	return (flags & QUESTION_FLAGS) | (out ? QUESTION_OUT : 0);
}

#endif
