/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_LOST_H
#define TCPLEDGER_LOST_H

void tcpledger_lost_check(void);

#endif /* TCPLEDGER_LOST_H */
