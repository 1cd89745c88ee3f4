/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_ADOPT_H
#define TCPLEDGER_ADOPT_H

struct tcpledger_net;

void tcpledger_adopt(struct tcpledger_net *tn);
void tcpledger_adopt_all(void);

#endif /* TCPLEDGER_ADOPT_H */
