/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_HOOKS_H
#define TCPLEDGER_HOOKS_H

struct net;

int tcpledger_hooks_register(struct net *net);
void tcpledger_hooks_unregister(struct net *net);

#endif /* TCPLEDGER_HOOKS_H */
