// SPDX-License-Identifier: GPL-2.0
/*
 * The table of the state machine against RFC 9293, written down here anew from
 * the RFC's figure 5 and the sections it stands for, and against the list of
 * Linux's own changes that the documents give.
 */
#include "verdict/fsm.h"

#include <stdio.h>

#include "tap.h"

#define CLOSE		TCPLEDGER_STATE_CLOSE
#define LISTEN		TCPLEDGER_STATE_LISTEN
#define SYN_SENT	TCPLEDGER_STATE_SYN_SENT
#define SYN_RECV	TCPLEDGER_STATE_SYN_RECV
#define ESTABLISHED	TCPLEDGER_STATE_ESTABLISHED
#define FIN_WAIT1	TCPLEDGER_STATE_FIN_WAIT1
#define FIN_WAIT2	TCPLEDGER_STATE_FIN_WAIT2
#define CLOSING		TCPLEDGER_STATE_CLOSING
#define TIME_WAIT	TCPLEDGER_STATE_TIME_WAIT
#define CLOSE_WAIT	TCPLEDGER_STATE_CLOSE_WAIT
#define LAST_ACK	TCPLEDGER_STATE_LAST_ACK

static const struct edge {
	u8			from, to;
	enum tcpledger_rule	rule;
	const char		*why;
} edges[] = {
	/* Figure 5, from the top; the event on the line decides the rule. */
	{ CLOSE, SYN_SENT, TCPLEDGER_RULE_USER, "active OPEN" },
	{ LISTEN, SYN_RECV, TCPLEDGER_RULE_SYN, "rcv SYN" },
	{ SYN_SENT, SYN_RECV, TCPLEDGER_RULE_SYN, "rcv SYN: simultaneous open" },
	{ SYN_SENT, ESTABLISHED, TCPLEDGER_RULE_SYNACK, "rcv SYN,ACK" },
	{ SYN_RECV, ESTABLISHED, TCPLEDGER_RULE_ACK_OF_SYN, "rcv ACK of SYN" },
	{ SYN_RECV, FIN_WAIT1, TCPLEDGER_RULE_USER, "CLOSE" },
	{ ESTABLISHED, FIN_WAIT1, TCPLEDGER_RULE_USER, "CLOSE" },
	{ ESTABLISHED, CLOSE_WAIT, TCPLEDGER_RULE_FIN, "rcv FIN" },
	{ FIN_WAIT1, FIN_WAIT2, TCPLEDGER_RULE_ACK_OF_FIN, "rcv ACK of FIN" },
	{ FIN_WAIT1, CLOSING, TCPLEDGER_RULE_FIN, "rcv FIN" },
	/* Note 2: FIN-WAIT-1 to TIME-WAIT on a FIN that acknowledges ours. */
	{ FIN_WAIT1, TIME_WAIT, TCPLEDGER_RULE_FIN, "rcv FIN that acks our FIN" },
	{ FIN_WAIT2, TIME_WAIT, TCPLEDGER_RULE_FIN, "rcv FIN" },
	{ CLOSING, TIME_WAIT, TCPLEDGER_RULE_ACK_OF_FIN, "rcv ACK of FIN" },
	{ CLOSE_WAIT, LAST_ACK, TCPLEDGER_RULE_USER, "CLOSE" },
	{ LAST_ACK, CLOSE, TCPLEDGER_RULE_DEATH, "rcv ACK of FIN" },
	{ TIME_WAIT, CLOSE, TCPLEDGER_RULE_DEATH, "timeout 2MSL" },
	{ SYN_SENT, CLOSE, TCPLEDGER_RULE_DEATH, "CLOSE" },
	/* Sections 3.10.5, 3.10.7 and 3.8.3: ABORT, RST, retransmission time-out. */
	{ SYN_RECV, CLOSE, TCPLEDGER_RULE_DEATH, "abort, RST, time-out" },
	{ ESTABLISHED, CLOSE, TCPLEDGER_RULE_DEATH, "abort, RST, time-out" },
	{ FIN_WAIT1, CLOSE, TCPLEDGER_RULE_DEATH, "abort, RST, time-out" },
	{ CLOSING, CLOSE, TCPLEDGER_RULE_DEATH, "abort, RST, time-out" },
	{ CLOSE_WAIT, CLOSE, TCPLEDGER_RULE_DEATH, "abort, RST, time-out" },
	/* Linux's own. */
	{ FIN_WAIT2, CLOSE, TCPLEDGER_RULE_DEATH, "Linux: FIN_WAIT2 timer" },
	{ SYN_RECV, CLOSE_WAIT, TCPLEDGER_RULE_FIN, "Linux: Fast Open child" },
};

static const struct edge *find(u8 from, u8 to)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		if (edges[i].from == from && edges[i].to == to)
			return &edges[i];
	return NULL;
}

static bool is_state(unsigned int n)
{
	return n >= ESTABLISHED && n <= CLOSING;
}

static void test_edges(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		tap_result(tcpledger_fsm_rule(edges[i].from, edges[i].to) == edges[i].rule,
			   "%u to %u: %s", edges[i].from, edges[i].to, edges[i].why);
}

/*
 * Changes between a listener and CLOSE or SYN_SENT are in the figure too, but a
 * listener is no endpoint of a connection: a record that made one would be wrong.
 */
static void test_rest(void)
{
	unsigned int from, to, known = 0;
	bool good = true;

	for (from = 0; from < 256; from++)
		for (to = 0; to < 256; to++) {
			if (is_state(from) && is_state(to) && find((u8)from, (u8)to)) {
				known++;
				continue;
			}
			if (tcpledger_fsm_rule((u8)from, (u8)to) == TCPLEDGER_RULE_ILLEGAL)
				continue;
			good = false;
			tap_note("%u to %u is in no list", from, to);
		}
	tap_result(good && known == ARRAY_SIZE(edges),
		   "every other pair of numbers is illegal, also those that are no state");
}

/* Section 3.3.2 names the states; 3.5.2 calls these synchronized. */
static void test_synchronized(void)
{
	static const bool want[256] = {
		[ESTABLISHED] = true, [FIN_WAIT1] = true, [FIN_WAIT2] = true,
		[CLOSE_WAIT] = true, [CLOSING] = true, [LAST_ACK] = true, [TIME_WAIT] = true,
	};
	bool good = true;
	unsigned int i;

	for (i = 0; i < 256; i++)
		good &= tcpledger_fsm_synchronized((u8)i) == want[i];
	tap_result(good, "the synchronized states");
}

/* The kernel's numbers: what the tracepoint gives is used as it is. */
static void test_numbers(void)
{
	tap_result(ESTABLISHED == 1 && SYN_SENT == 2 && SYN_RECV == 3 && FIN_WAIT1 == 4 &&
		   FIN_WAIT2 == 5 && TIME_WAIT == 6 && CLOSE == 7 && CLOSE_WAIT == 8 &&
		   LAST_ACK == 9 && LISTEN == 10 && CLOSING == 11,
		   "the states have the numbers of <netinet/tcp.h>");
}

int main(void)
{
	tap_plan(ARRAY_SIZE(edges) + 3);
	test_edges();
	test_rest();
	test_synchronized();
	test_numbers();
	return tap_end();
}
