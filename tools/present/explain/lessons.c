// SPDX-License-Identifier: GPL-2.0
/*
 * Section numbers were checked against RFC 9293 (August 2022): 3.4.1 choice of
 * the ISN and why three steps, 3.5 opening, 3.5.2 and 3.5.3 resets, 3.6
 * closing, 3.6.1 half-close and TIME_WAIT, 3.8.1 retransmission, 3.8.3 giving
 * up, 3.10 the state machine event by event.
 */
#include "present/explain/lessons.h"

#include <stddef.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "base/language.h"
#include "present/explain/lessons_closing.h"
#include "present/explain/lessons_opening.h"
#include "present/explain/lessons_other.h"

static const char *const states[TCPLEDGER_STATE_MAX] = {
	[TCPLEDGER_STATE_LISTEN] = N_("we wait for SYNs"),
	[TCPLEDGER_STATE_SYN_SENT] = N_("our SYN is on its way; we wait for the answer"),
	[TCPLEDGER_STATE_SYN_RECV] = N_("half-open, our SYN is not acknowledged yet"),
	[TCPLEDGER_STATE_ESTABLISHED] = N_("open, both sides may send"),
	[TCPLEDGER_STATE_FIN_WAIT1] = N_("we have closed; our FIN is not acknowledged yet"),
	[TCPLEDGER_STATE_FIN_WAIT2] = N_("our FIN is acknowledged; the peer may still send"),
	[TCPLEDGER_STATE_CLOSING] = N_("both have closed; our FIN is not acknowledged yet"),
	[TCPLEDGER_STATE_TIME_WAIT] = N_("both have closed; we wait 2MSL"),
	[TCPLEDGER_STATE_CLOSE_WAIT] = N_("the peer has closed; our program may still send and "
					  "must close"),
	[TCPLEDGER_STATE_LAST_ACK] = N_("both have closed; we wait for the ACK of our FIN"),
	[TCPLEDGER_STATE_CLOSE] = N_("the connection is over"),
};

/**
 * lessons_state - what a state means
 * @state: enum tcpledger_state
 *
 * Return: a few words, to be translated.
 */
const char *lessons_state(unsigned int state)
{
	if (state < TCPLEDGER_STATE_MAX && states[state])
		return states[state];
	return N_("a state that this command does not know");
}

/**
 * lessons_get - what a kind of step teaches
 * @kind: the kind
 *
 * Return: its lesson.
 */
const struct lesson *lessons_get(enum step_kind kind)
{
	static const struct lesson *const parts[] = {
		lessons_opening, lessons_closing, lessons_other,
	};
	unsigned int i = 0;

	while (i < ARRAY_SIZE(parts) - 1 && !parts[i][kind].what)
		i++;
	return &parts[i][kind];
}
