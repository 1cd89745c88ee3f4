/* SPDX-License-Identifier: GPL-2.0 */
/* Each state change, against the trace. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_STATES_H
#define TCPLEDGER_SELFTEST_JUDGE_STATES_H

#include "lib/ledger/ledger.h"
#include "lib/world/world.h"

int judge_states(struct world *world, const struct ledger *ledger);

#endif
