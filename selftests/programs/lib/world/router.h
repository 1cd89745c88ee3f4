/* SPDX-License-Identifier: GPL-2.0 */
/* A third namespace between two, which forwards and may rewrite what they send. */
#ifndef TCPLEDGER_SELFTEST_ROUTER_H
#define TCPLEDGER_SELFTEST_ROUTER_H

#include "lib/world/world.h"

#define LEFT	0	/* namespaces of the two ends, and of the router */
#define RIGHT	1
#define ROUTER	2

void world_add_router(struct world *world);
struct endpoint router_end(const struct world *world, int which, uint16_t port);
struct endpoint router_side(const struct world *world, int which, uint16_t port);

#endif
