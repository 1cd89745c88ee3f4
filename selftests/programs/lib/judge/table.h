/* SPDX-License-Identifier: GPL-2.0 */
/* Live records, against the kernel's table of sockets. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_TABLE_H
#define TCPLEDGER_SELFTEST_JUDGE_TABLE_H

#include "lib/ledger/ledger.h"
#include "lib/world/world.h"

int judge_table(const struct world *world, const struct ledger *ledger);

#endif
