/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of judge() whose witness is the kernel: its stacks, drop reasons and allocator. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_KERNEL_H
#define TCPLEDGER_SELFTEST_JUDGE_KERNEL_H

#include "judge.h"

int judge_cause_traced(json_object *rec, json_object *entry, const struct trace_event *ev);
int judge_accepted(struct world *world, const struct ledger *ledger);
int judge_memory(void);
int64_t memory_objects(void);

#endif
