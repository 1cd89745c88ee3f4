/* SPDX-License-Identifier: GPL-2.0 */
/* Which segments TCP took, against the trace. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_ACCEPTED_H
#define TCPLEDGER_SELFTEST_JUDGE_ACCEPTED_H

#include "lib/ledger/ledger.h"
#include "lib/world/world.h"

int judge_accepted(struct world *world, const struct ledger *ledger);

#endif
