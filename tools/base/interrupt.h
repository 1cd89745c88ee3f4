/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SIGINT, SIGTERM and SIGHUP as wishes to end, and waiting that they end.
 */
#ifndef TCPLEDGER_INTERRUPT_H
#define TCPLEDGER_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

void interrupt_catch(void);
bool interrupt_came(void);
bool interrupt_wait(int fd, bool watch_output, int64_t timeout_ns);

#endif
