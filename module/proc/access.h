/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_ACCESS_H
#define TCPLEDGER_ACCESS_H

struct net;

int tcpledger_access_begin(struct net *net);

#endif /* TCPLEDGER_ACCESS_H */
