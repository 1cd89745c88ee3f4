/* SPDX-License-Identifier: GPL-2.0 */
/* What holds for every record. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_INVARIANTS_H
#define TCPLEDGER_SELFTEST_JUDGE_INVARIANTS_H

#include "lib/ledger/ledger.h"

int judge_invariants(const struct ledger *ledger, json_object *rec);

#endif
