/* SPDX-License-Identifier: GPL-2.0 */
/* Short words for the numbers of the interface, for connections written down by hand. */
#ifndef TCPLEDGER_FIXTURE_WORDS_H
#define TCPLEDGER_FIXTURE_WORDS_H

#define SYN	TCPLEDGER_SYN
#define ACK	TCPLEDGER_ACK
#define FIN	TCPLEDGER_FIN
#define RST	TCPLEDGER_RST
#define PSH	TCPLEDGER_PSH
#define ST(x)	TCPLEDGER_STATE_##x
#define BY(x)	TCPLEDGER_CAUSE_##x

#endif
