/* SPDX-License-Identifier: GPL-2.0 */
/* The changes of state in a record's log: their order, causes and durations. */
#ifndef TCPLEDGER_SELFTEST_STATE_CHAIN_H
#define TCPLEDGER_SELFTEST_STATE_CHAIN_H

#include "lib/ledger/ledger.h"

int judge_state_chain(json_object *rec);

#endif
