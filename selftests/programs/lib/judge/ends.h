/* SPDX-License-Identifier: GPL-2.0 */
/* Both ends of what goes by a router. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_ENDS_H
#define TCPLEDGER_SELFTEST_JUDGE_ENDS_H

#include "lib/world/world.h"

int judge_ends(struct world *world);

#endif
