/* SPDX-License-Identifier: GPL-2.0 */
/* Polls that the kernel does without a task that sleeps in them: aio and io_uring. */
#ifndef TCPLEDGER_SELFTEST_ASYNC_H
#define TCPLEDGER_SELFTEST_ASYNC_H

#include <stdbool.h>

bool async_has_aio(void);
bool async_has_uring(void);
int async_by_aio(int fd, int ms);
int async_by_uring(int fd, int ms);

#endif
