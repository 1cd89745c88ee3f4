/* SPDX-License-Identifier: GPL-2.0 */
/* All segments that are neither SYN, FIN nor RST, against the capture. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_ACKS_H
#define TCPLEDGER_SELFTEST_JUDGE_ACKS_H

#include "lib/judge/evidence.h"
#include "lib/world/world.h"

int judge_acks(struct world *world, struct evidence *e);

#endif
