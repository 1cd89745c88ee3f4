/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that the ledger was told not to record. */
#ifndef TCPLEDGER_SELFTEST_OUTSIDE_H
#define TCPLEDGER_SELFTEST_OUTSIDE_H

#include "lib/world/world.h"

void outside_add(struct world *world, const struct endpoint *local, const struct endpoint *remote);
void outside_add_pair(struct world *world, const struct pair *pair);
void outside_add_nobody(struct world *world);
bool outside_has(const struct world *world, const struct endpoint *local,
		 const struct endpoint *remote);

#endif
