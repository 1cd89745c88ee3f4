/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SYSCTL_H
#define TCPLEDGER_SYSCTL_H

struct tcpledger_net;

void tcpledger_sysctl_adopt_by(void (*adopt)(struct tcpledger_net *tn));
int tcpledger_sysctl_init(struct tcpledger_net *tn);
void tcpledger_sysctl_exit(struct tcpledger_net *tn);

#endif /* TCPLEDGER_SYSCTL_H */
