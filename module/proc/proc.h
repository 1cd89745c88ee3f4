/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PROC_H
#define TCPLEDGER_PROC_H

struct tcpledger_net;

int tcpledger_proc_init(struct tcpledger_net *tn);
void tcpledger_proc_exit(struct tcpledger_net *tn);

#endif /* TCPLEDGER_PROC_H */
