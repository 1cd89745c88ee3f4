/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the states and the ways between them lie in the state diagram: figure 5 of
 * RFC 9293, and the ways that it leaves out because they go to CLOSED from anywhere.
 */
#ifndef TCPLEDGER_STATE_ARCS_H
#define TCPLEDGER_STATE_ARCS_H

#include <stdbool.h>

#define STATE_ARCS_WIDTH	960
#define STATE_ARCS_HEIGHT	632
#define STATE_BOX_WIDTH		132
#define STATE_BOX_HEIGHT	42

/**
 * struct state_box - a state
 * @state: enum tcpledger_state
 * @last: where a connection ends; CLOSE has a box at the top and one at the bottom
 * @x: its middle
 * @y: its middle
 */
struct state_box {
	unsigned char	state;
	bool		last;
	short		x, y;
};

#define STATE_BOXES	12

extern const struct state_box state_boxes[STATE_BOXES];

#define STATE_ARC_POINTS	5

/**
 * struct state_arc - a way from a state to another
 * @from: enum tcpledger_state
 * @to: enum tcpledger_state
 * @figure: it is one of the figure
 * @points: the corners of its line, x and y; 0 and 0 behind the last
 * @x: where its words stand
 * @y: base line of the first
 * @anchor: s, m or e: what of the words is there
 * @event: what makes TCP take it, to be translated
 * @action: what TCP does then, or NULL
 */
struct state_arc {
	unsigned char	from, to;
	bool		figure;
	short		points[STATE_ARC_POINTS][2];
	short		x, y;
	char		anchor;
	const char	*event;
	const char	*action;
};

extern const struct state_arc state_arcs[];
extern const unsigned int state_arc_count;

const struct state_arc *state_arc_find(unsigned char from, unsigned char to);

#endif
