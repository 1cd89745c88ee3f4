/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The chapters of a connection in words: how it opens, how it closes, what a
 * pause means. For the diagram only.
 */
#ifndef TCPLEDGER_PHASE_H
#define TCPLEDGER_PHASE_H

#include <stdbool.h>

#include "present/diagram/diagram.h"

struct timeline_event;

/**
 * struct phase - how far the story is
 * @state: present state of each end that is recorded
 * @fin: this side sent a FIN
 * @closing: the end of the connection has begun
 * @reset: an RST or a program has torn it down
 * @data: the payload has been told of
 * @waited: the 2MSL of this side has been told of
 */
struct phase {
	unsigned char	state[DIAGRAM_SIDES];
	bool		fin[DIAGRAM_SIDES];
	bool		closing;
	bool		reset;
	bool		data;
	bool		waited[DIAGRAM_SIDES];
};

/**
 * struct phase_step - what stands before an event
 * @data: the payload
 * @wait_over: the 2MSL of the event's side
 * @pause: what a pause there was, or NULL
 * @begins: what begins, or NULL
 */
struct phase_step {
	bool		data;
	bool		wait_over;
	const char	*pause;
	const char	*begins;
};

const char *phase_opening(const struct diagram *diagram);
void phase_before(struct phase *phase, const struct diagram *diagram,
		  const struct timeline_event *event, struct phase_step *step);
void phase_take(struct phase *phase, const struct diagram *diagram,
		const struct timeline_event *event);
void phase_end(const struct phase *phase, const struct diagram *diagram,
	       struct phase_step *step);
bool phase_is_long(const struct diagram *diagram, enum diagram_side side);

#endif
