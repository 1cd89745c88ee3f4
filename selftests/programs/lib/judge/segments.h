/* SPDX-License-Identifier: GPL-2.0 */
/* Each SYN, FIN and RST, against the capture. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_SEGMENTS_H
#define TCPLEDGER_SELFTEST_JUDGE_SEGMENTS_H

#include "lib/ledger/ledger.h"
#include "lib/world/world.h"

int judge_segments(struct world *world, const struct ledger *ledger);

#endif
