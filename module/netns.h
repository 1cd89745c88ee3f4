/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_NETNS_H
#define TCPLEDGER_NETNS_H

int tcpledger_netns_init(void);
void tcpledger_netns_exit(void);

#endif /* TCPLEDGER_NETNS_H */
