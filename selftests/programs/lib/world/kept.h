/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections are kept and which had to go, where the ledger is full. */
#ifndef TCPLEDGER_SELFTEST_KEPT_H
#define TCPLEDGER_SELFTEST_KEPT_H

#include "lib/world/world.h"

#define ORPHANS_S	1200	/* until none is left: nine tries by default, 120 s apart at most */

struct pair connect_to(const struct pair *listening);
int judge_cut(const struct pair *p, size_t n, size_t gone);
void wait_for_the_dead(struct world *world);

#endif
