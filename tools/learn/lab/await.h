/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Conditions that a case waits for: what the ledger says of the newest connection
 * of a host. Each has a deadline.
 */
#ifndef TCPLEDGER_AWAIT_H
#define TCPLEDGER_AWAIT_H

#include <linux/tcpledger.h>

#include "learn/lab/world.h"

void await_state(struct world *world, enum world_host host, enum tcpledger_state state);
void await_left(struct world *world, enum world_host host, unsigned int flags,
		unsigned int count);
void await_arrived(struct world *world, enum world_host host, unsigned int flags,
		   unsigned int count);
void await_anomaly(struct world *world, enum world_host host, enum tcpledger_anomaly tag);
void await_over(struct world *world, enum world_host host);
void await_duplicate(struct world *world, enum world_host host);
void await_time_wait(struct world *world, enum world_host host);
bool await_has_kind(struct world *world, enum world_host host, enum tcpledger_kind kind);

#endif
