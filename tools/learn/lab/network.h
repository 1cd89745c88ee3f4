/* SPDX-License-Identifier: GPL-2.0 */
/* What the network does to segments: lose them, or let them take their time. */
#ifndef TCPLEDGER_NETWORK_H
#define TCPLEDGER_NETWORK_H

#include "learn/lab/world.h"

#define NETWORK_ALL	0	/* not only the first of them */

void network_prepare(struct world *world);
void network_lose(struct world *world, enum world_host from, const char *flags,
		  unsigned int count);
void network_delay(struct world *world, enum world_host from, unsigned int ms);
void network_delay_both(struct world *world, unsigned int ms);

#endif
