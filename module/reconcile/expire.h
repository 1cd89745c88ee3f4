/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_EXPIRE_H
#define TCPLEDGER_EXPIRE_H

void tcpledger_expire_init(void);
void tcpledger_expire_exit(void);

#endif /* TCPLEDGER_EXPIRE_H */
