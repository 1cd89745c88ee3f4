/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SHARE_H
#define TCPLEDGER_SHARE_H

#include <linux/types.h>

struct tcpledger_net;

bool tcpledger_share_take(const struct tcpledger_net *tn);
void tcpledger_share_give(const struct tcpledger_net *tn);
void tcpledger_share_inherit(void);
bool tcpledger_share_take_second(bool initial);
void tcpledger_share_give_second(bool initial);
u32 tcpledger_share_seconds(void);
void tcpledger_share_init(void);

#endif /* TCPLEDGER_SHARE_H */
