/* SPDX-License-Identifier: GPL-2.0 */
/* The memory that records take, against the kernel's allocator. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_MEMORY_H
#define TCPLEDGER_SELFTEST_JUDGE_MEMORY_H

#include <stdint.h>

int judge_memory(void);
int64_t memory_objects(void);

#endif
