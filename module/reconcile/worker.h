/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_WORKER_H
#define TCPLEDGER_WORKER_H

void tcpledger_worker_init(void);
void tcpledger_worker_exit(void);

#endif /* TCPLEDGER_WORKER_H */
