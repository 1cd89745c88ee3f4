/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_CLOCK_H
#define TCPLEDGER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_SECOND	1000000000LL

int64_t clock_monotonic(void);
int64_t clock_next(int64_t every_ns);
bool clock_due(int64_t at, int64_t every_ns);

#endif
