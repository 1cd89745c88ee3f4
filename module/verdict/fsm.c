// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state machine of TCP as data. Pure.
 *
 *                    +--------+  active open   +----------+
 *                    | CLOSE  |--------------->| SYN_SENT |
 *                    +--------+                +----------+
 *                        |  (LISTEN)            |        |
 *               SYN came |               SYN came        | SYN/ACK came
 *                        v                      |        |
 *                  +----------+<----------------+        |
 *                  | SYN_RECV |                          |
 *                  +----------+                          |
 *           ACK of SYN   |        +-------------+        |
 *                        +------->| ESTABLISHED |<-------+
 *                                 +-------------+
 *                        close()   |          |   FIN came
 *                +-----------+<----+          +---->+------------+
 *                | FIN_WAIT1 |                      | CLOSE_WAIT |
 *                +-----------+                      +------------+
 *     ACK of FIN  |         |  FIN came                 | close()
 *                 v         v                           v
 *         +-----------+  +---------+               +----------+
 *         | FIN_WAIT2 |  | CLOSING |               | LAST_ACK |
 *         +-----------+  +---------+               +----------+
 *         FIN came |         | ACK of FIN               | ACK of FIN
 *                  v         v                          v
 *                 +-----------+     2MSL            +--------+
 *                 | TIME_WAIT |-------------------->| CLOSE  |
 *                 +-----------+                     +--------+
 *
 * RFC 9293 section 3.3.2, figure 5. Every state but CLOSE may also end in
 * CLOSE at once: reset, error, time-out, abort.
 */
#include "verdict/fsm.h"

#define CLO	TCPLEDGER_STATE_CLOSE
#define LIS	TCPLEDGER_STATE_LISTEN
#define SSE	TCPLEDGER_STATE_SYN_SENT
#define SRE	TCPLEDGER_STATE_SYN_RECV
#define EST	TCPLEDGER_STATE_ESTABLISHED
#define FW1	TCPLEDGER_STATE_FIN_WAIT1
#define FW2	TCPLEDGER_STATE_FIN_WAIT2
#define CLG	TCPLEDGER_STATE_CLOSING
#define TWA	TCPLEDGER_STATE_TIME_WAIT
#define CWA	TCPLEDGER_STATE_CLOSE_WAIT
#define LAC	TCPLEDGER_STATE_LAST_ACK

#define R(rule)	TCPLEDGER_RULE_##rule

const u8 tcpledger_fsm_rules[TCPLEDGER_STATE_MAX][TCPLEDGER_STATE_MAX] = {
	[CLO] = {
		[SSE] = R(USER),	/* 3.10.1: active OPEN */
	},
	[LIS] = {
		[SRE] = R(SYN),		/* 3.10.7.2: third, check for a SYN */
	},
	[SSE] = {
		[EST] = R(SYNACK),	/* 3.10.7.3: our SYN is acknowledged */
		[SRE] = R(SYN),		/* 3.10.7.3: simultaneous open */
		[CLO] = R(DEATH),	/* RST, ICMP, time-out, CLOSE call */
	},
	[SRE] = {
		[EST] = R(ACK_OF_SYN),	/* 3.10.7.4: fifth, check the ACK */
		[FW1] = R(USER),	/* 3.10.4; Linux: Fast Open child */
		[CWA] = R(FIN),		/* Linux: Fast Open child */
		[CLO] = R(DEATH),
	},
	[EST] = {
		[FW1] = R(USER),	/* 3.10.4: CLOSE call */
		[CWA] = R(FIN),		/* 3.10.7.4: eighth, check the FIN */
		[CLO] = R(DEATH),
	},
	[FW1] = {
		[FW2] = R(ACK_OF_FIN),	/* 3.10.7.4: our FIN is acknowledged */
		[CLG] = R(FIN),		/* FINs crossed */
		[TWA] = R(FIN),		/* FIN and the ACK of ours in one */
		[CLO] = R(DEATH),
	},
	[FW2] = {
		[TWA] = R(FIN),
		[CLO] = R(DEATH),	/* Linux: FIN_WAIT2 timer */
	},
	[CLG] = {
		[TWA] = R(ACK_OF_FIN),
		[CLO] = R(DEATH),
	},
	[TWA] = {
		[CLO] = R(DEATH),	/* 2MSL, or cut short */
	},
	[CWA] = {
		[LAC] = R(USER),	/* 3.10.4: CLOSE call */
		[CLO] = R(DEATH),
	},
	[LAC] = {
		[CLO] = R(DEATH),	/* the ACK of our FIN, normally */
	},
};
