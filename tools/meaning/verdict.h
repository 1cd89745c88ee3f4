/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Wireshark and Zeek would say of a connection, worked out from its
 * record. Pure: a record in, words out.
 */
#ifndef TCPLEDGER_VERDICT_H
#define TCPLEDGER_VERDICT_H

struct record;

/* Wireshark's tcp.completeness */
#define VERDICT_SYN	1
#define VERDICT_SYNACK	2
#define VERDICT_ACK	4
#define VERDICT_DATA	8
#define VERDICT_FIN	16
#define VERDICT_RST	32

#define VERDICT_HISTORY_MAX	128	/* no history is longer than its log */

/**
 * struct verdict - the words of the two
 * @completeness: VERDICT_* as Wireshark would set them
 * @zeek_state: Zeek's conn_state
 * @zeek_history: Zeek's history, upper case for the originator
 */
struct verdict {
	unsigned int	completeness;
	const char	*zeek_state;
	char		zeek_history[VERDICT_HISTORY_MAX];
};

void verdict_reach(const struct record *record, struct verdict *verdict);

#endif
