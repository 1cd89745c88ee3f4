/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What Wireshark and Zeek would say of a connection, worked out from its
 * record. Pure: a record in, words out.
 */
#ifndef TCPLEDGER_WIRESHARK_ZEEK_H
#define TCPLEDGER_WIRESHARK_ZEEK_H

struct record;

/* Wireshark's tcp.completeness */
#define WIRESHARK_SYN	1
#define WIRESHARK_SYNACK	2
#define WIRESHARK_ACK	4
#define WIRESHARK_DATA	8
#define WIRESHARK_FIN	16
#define WIRESHARK_RST	32

#define ZEEK_HISTORY_MAX	128	/* no history is longer than its log */

/**
 * struct wireshark_zeek - the words of the two
 * @completeness: WIRESHARK_* as Wireshark would set them
 * @zeek_state: Zeek's conn_state
 * @zeek_history: Zeek's history, upper case for the originator
 */
struct wireshark_zeek {
	unsigned int	completeness;
	const char	*zeek_state;
	char		zeek_history[ZEEK_HISTORY_MAX];
};

void wireshark_zeek_judge(const struct record *record, struct wireshark_zeek *others);

#endif
