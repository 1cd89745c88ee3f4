// SPDX-License-Identifier: GPL-2.0
#include "present/report/state_arcs.h"

#include <stddef.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "base/language.h"

#define ST(name)	TCPLEDGER_STATE_##name

const struct state_box state_boxes[STATE_BOXES] = {
	{ ST(CLOSE), false, 480, 30 },
	{ ST(LISTEN), false, 400, 122 },
	{ ST(SYN_RECV), false, 230, 208 },
	{ ST(SYN_SENT), false, 730, 208 },
	{ ST(ESTABLISHED), false, 480, 300 },
	{ ST(FIN_WAIT1), false, 230, 386 },
	{ ST(CLOSE_WAIT), false, 730, 386 },
	{ ST(FIN_WAIT2), false, 130, 484 },
	{ ST(CLOSING), false, 430, 484 },
	{ ST(LAST_ACK), false, 730, 484 },
	{ ST(TIME_WAIT), false, 430, 582 },
	{ ST(CLOSE), true, 730, 582 },
};

const struct state_arc state_arcs[] = {
	{ ST(CLOSE), ST(LISTEN), true, { { 426, 51 }, { 426, 101 } },
	  418, 80, 'e', N_("passive open"), NULL },
	{ ST(LISTEN), ST(CLOSE), true, { { 448, 101 }, { 448, 51 } },
	  456, 84, 's', N_("close"), NULL },
	{ ST(CLOSE), ST(SYN_SENT), true, { { 546, 34 }, { 752, 187 } },
	  672, 104, 's', N_("active open"), N_("send SYN") },
	{ ST(SYN_SENT), ST(CLOSE), true, { { 716, 187 }, { 530, 51 } },
	  594, 118, 'e', N_("close"), NULL },
	{ ST(LISTEN), ST(SYN_RECV), true, { { 356, 143 }, { 272, 187 } },
	  350, 176, 's', N_("SYN came"), N_("send SYN,ACK") },
	{ ST(LISTEN), ST(SYN_SENT), true, { { 466, 130 }, { 674, 187 } },
	  560, 182, 'e', N_("send"), N_("send SYN") },
	{ ST(SYN_RECV), ST(LISTEN), true, { { 216, 187 }, { 334, 126 } },
	  262, 146, 'e', N_("RST came"), NULL },
	{ ST(SYN_SENT), ST(SYN_RECV), true, { { 664, 208 }, { 296, 208 } },
	  480, 236, 'm', N_("SYN came; send SYN,ACK"), NULL },
	{ ST(SYN_RECV), ST(ESTABLISHED), true, { { 270, 229 }, { 424, 279 } },
	  312, 270, 'e', N_("ACK of SYN came"), NULL },
	{ ST(SYN_SENT), ST(ESTABLISHED), true, { { 690, 229 }, { 536, 279 } },
	  648, 270, 's', N_("SYN,ACK came"), N_("send ACK") },
	{ ST(SYN_RECV), ST(FIN_WAIT1), true, { { 196, 229 }, { 196, 365 } },
	  188, 292, 'e', N_("close"), N_("send FIN") },
	{ ST(ESTABLISHED), ST(FIN_WAIT1), true, { { 424, 321 }, { 270, 365 } },
	  324, 332, 'e', N_("close"), N_("send FIN") },
	{ ST(ESTABLISHED), ST(CLOSE_WAIT), true, { { 536, 321 }, { 690, 365 } },
	  640, 332, 's', N_("FIN came"), N_("send ACK") },
	{ ST(FIN_WAIT1), ST(FIN_WAIT2), true, { { 196, 407 }, { 150, 463 } },
	  158, 432, 'e', N_("ACK of FIN came"), NULL },
	{ ST(FIN_WAIT1), ST(CLOSING), true, { { 276, 407 }, { 396, 463 } },
	  368, 424, 's', N_("FIN came"), N_("send ACK") },
	{ ST(FIN_WAIT1), ST(TIME_WAIT), true, { { 236, 407 }, { 388, 561 } },
	  330, 528, 'e', N_("FIN,ACK came"), N_("send ACK") },
	{ ST(FIN_WAIT2), ST(TIME_WAIT), true, { { 140, 505 }, { 364, 578 } },
	  214, 562, 'e', N_("FIN came"), N_("send ACK") },
	{ ST(CLOSING), ST(TIME_WAIT), true, { { 450, 505 }, { 450, 561 } },
	  458, 536, 's', N_("ACK of FIN came"), NULL },
	{ ST(CLOSE_WAIT), ST(LAST_ACK), true, { { 730, 407 }, { 730, 463 } },
	  738, 435, 's', N_("close"), N_("send FIN") },
	{ ST(LAST_ACK), ST(CLOSE), true, { { 730, 505 }, { 730, 561 } },
	  738, 536, 's', N_("ACK of FIN came"), NULL },
	{ ST(TIME_WAIT), ST(CLOSE), true, { { 496, 582 }, { 664, 582 } },
	  580, 574, 'm', N_("2MSL expired"), NULL },
	{ ST(SYN_RECV), ST(CLOSE), false,
	  { { 164, 208 }, { 30, 208 }, { 30, 620 }, { 730, 620 }, { 730, 603 } },
	  38, 230, 's', NULL, NULL },
	{ ST(FIN_WAIT1), ST(CLOSE), false,
	  { { 164, 386 }, { 44, 386 }, { 44, 620 }, { 730, 620 }, { 730, 603 } },
	  52, 404, 's', NULL, NULL },
	{ ST(FIN_WAIT2), ST(CLOSE), false,
	  { { 90, 505 }, { 90, 620 }, { 730, 620 }, { 730, 603 } },
	  98, 540, 's', NULL, NULL },
	{ ST(CLOSING), ST(CLOSE), false, { { 496, 490 }, { 620, 490 }, { 692, 561 } },
	  560, 482, 'm', NULL, NULL },
	{ ST(ESTABLISHED), ST(CLOSE), false,
	  { { 546, 300 }, { 900, 300 }, { 900, 582 }, { 796, 582 } },
	  892, 318, 'e', NULL, NULL },
	{ ST(CLOSE_WAIT), ST(CLOSE), false,
	  { { 796, 386 }, { 880, 386 }, { 880, 574 }, { 796, 574 } },
	  872, 404, 'e', NULL, NULL },
};

const unsigned int state_arc_count = ARRAY_SIZE(state_arcs);

/**
 * state_arc_find - the way between two states
 * @from: enum tcpledger_state
 * @to: enum tcpledger_state
 *
 * Return: it, NULL if the diagram has none.
 */
const struct state_arc *state_arc_find(unsigned char from, unsigned char to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(state_arcs); i++)
		if (state_arcs[i].from == from && state_arcs[i].to == to)
			return &state_arcs[i];
	return NULL;
}
