/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FSM_H
#define TCPLEDGER_FSM_H

#include "verdict/env.h"
#include <linux/tcpledger.h>

/**
 * enum tcpledger_rule - what must have caused a state change
 * @TCPLEDGER_RULE_ILLEGAL: neither RFC 9293 nor Linux knows this change
 * @TCPLEDGER_RULE_USER: a call of the program
 * @TCPLEDGER_RULE_SYN: a SYN that came
 * @TCPLEDGER_RULE_SYNACK: a SYN/ACK that came
 * @TCPLEDGER_RULE_ACK_OF_SYN: the ACK of our SYN
 * @TCPLEDGER_RULE_FIN: a FIN that came
 * @TCPLEDGER_RULE_ACK_OF_FIN: the ACK of our FIN
 * @TCPLEDGER_RULE_DEATH: one of several; tcpledger_facts_close() decides
 */
enum tcpledger_rule {
	TCPLEDGER_RULE_ILLEGAL,
	TCPLEDGER_RULE_USER,
	TCPLEDGER_RULE_SYN,
	TCPLEDGER_RULE_SYNACK,
	TCPLEDGER_RULE_ACK_OF_SYN,
	TCPLEDGER_RULE_FIN,
	TCPLEDGER_RULE_ACK_OF_FIN,
	TCPLEDGER_RULE_DEATH,
};

extern const u8 tcpledger_fsm_rules[TCPLEDGER_STATE_MAX][TCPLEDGER_STATE_MAX];

/**
 * tcpledger_fsm_rule() - what must have caused a state change
 * @from: old enum tcpledger_state
 * @to: new enum tcpledger_state
 *
 * Context: any.
 * Return: the rule; TCPLEDGER_RULE_ILLEGAL also for numbers that are no state.
 */
static inline enum tcpledger_rule tcpledger_fsm_rule(u32 from, u32 to)
{
	if (unlikely(from >= TCPLEDGER_STATE_MAX || to >= TCPLEDGER_STATE_MAX))
		return TCPLEDGER_RULE_ILLEGAL;
	return tcpledger_fsm_rules[from][to];
}

/* States after our FIN, or the peer's; not TIME_WAIT, which is after both. */
#define TCPLEDGER_CLOSED_BY_US	 (BIT(TCPLEDGER_STATE_FIN_WAIT1) |	\
				  BIT(TCPLEDGER_STATE_FIN_WAIT2) |	\
				  BIT(TCPLEDGER_STATE_CLOSING) |	\
				  BIT(TCPLEDGER_STATE_LAST_ACK))
#define TCPLEDGER_CLOSED_BY_PEER (BIT(TCPLEDGER_STATE_CLOSE_WAIT) |	\
				  BIT(TCPLEDGER_STATE_LAST_ACK) |	\
				  BIT(TCPLEDGER_STATE_CLOSING))

/**
 * tcpledger_fsm_synchronized() - are both sequence spaces agreed on?
 * @state: enum tcpledger_state
 *
 * RFC 9293 section 3.5.2 calls these the synchronized states.
 * Context: any.
 */
static inline bool tcpledger_fsm_synchronized(u8 state)
{
	const u32 set = BIT(TCPLEDGER_STATE_ESTABLISHED) |
			BIT(TCPLEDGER_STATE_FIN_WAIT1) |
			BIT(TCPLEDGER_STATE_FIN_WAIT2) |
			BIT(TCPLEDGER_STATE_CLOSING) |
			BIT(TCPLEDGER_STATE_TIME_WAIT) |
			BIT(TCPLEDGER_STATE_CLOSE_WAIT) |
			BIT(TCPLEDGER_STATE_LAST_ACK);

	return state < TCPLEDGER_STATE_MAX && set & BIT(state);
}

#endif /* TCPLEDGER_FSM_H */
