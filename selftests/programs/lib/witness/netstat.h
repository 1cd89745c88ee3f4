/* SPDX-License-Identifier: GPL-2.0 */
/* The counters of the kernel itself, as nstat shows them. */
#ifndef TCPLEDGER_SELFTEST_NETSTAT_H
#define TCPLEDGER_SELFTEST_NETSTAT_H

#include <stdint.h>

int64_t kernel_counter(const char *group, const char *name);

#endif
