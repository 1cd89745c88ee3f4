/* SPDX-License-Identifier: GPL-2.0 */
/* Counters, owners and times, against the sockets. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_VALUES_H
#define TCPLEDGER_SELFTEST_JUDGE_VALUES_H

#include "lib/judge/evidence.h"
#include "lib/world/world.h"

int judge_values(struct world *world, struct evidence *e);

#endif
