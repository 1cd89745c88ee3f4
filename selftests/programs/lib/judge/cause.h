/* SPDX-License-Identifier: GPL-2.0 */
/* What caused a change of state, against the stack that the kernel traced. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_CAUSE_H
#define TCPLEDGER_SELFTEST_JUDGE_CAUSE_H

#include "lib/ledger/ledger.h"
#include "lib/witness/trace.h"

int judge_cause_traced(json_object *rec, json_object *entry, const struct trace_event *ev);

#endif
