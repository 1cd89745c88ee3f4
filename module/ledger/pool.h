/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_POOL_H
#define TCPLEDGER_POOL_H

#include <linux/types.h>

int tcpledger_pool_init(void);
void tcpledger_pool_exit(void);
void *tcpledger_pool_get(bool may_allocate);
void tcpledger_pool_put(void *block);
u64 tcpledger_pool_bytes(void);
u32 tcpledger_pool_spare(void);
u32 tcpledger_pool_give(u32 most);

#endif /* TCPLEDGER_POOL_H */
