/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_EVICTION_H
#define TCPLEDGER_EVICTION_H

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/types.h>

#include "ledger/parameters.h"
#include "ledger/lists.h"

struct tcpledger_conn;
struct tcpledger_net;

bool tcpledger_eviction_admit(struct tcpledger_net *tn, bool is_embryonic,
			   u64 *id, struct tcpledger_conn *victims[2]);
struct tcpledger_conn *tcpledger_eviction_take_ended(struct tcpledger_net *tn);
struct tcpledger_conn *tcpledger_eviction_take_surplus(struct tcpledger_net *tn);

/* Is this a flood? May be asked without the lock. */
static inline bool tcpledger_eviction_shed(const struct tcpledger_lists *l)
{
	return time_before(jiffies, READ_ONCE(l->shed_until));
}

/* Is it, or was it so lately that a handshake may still go on? */
static inline bool tcpledger_eviction_shed_lately(const struct tcpledger_lists *l)
{
	return time_before(jiffies, READ_ONCE(l->shed_until) +
				    TCPLEDGER_HANDSHAKE_JIFFIES);
}

/* At most so many failed records, and so many inherited ones, are kept. */
static inline u32 tcpledger_eviction_quarter(void)
{
	return max(tcpledger_parameters.history / 4, 1U);
}

/* Does the history have to lose a record? May be asked without the lock. */
static inline bool tcpledger_eviction_too_long(const struct tcpledger_lists *l)
{
	const u32 quarter = tcpledger_eviction_quarter();

	return READ_ONCE(l->counts[TCPLEDGER_PLACE_FAILED]) > quarter ||
	       READ_ONCE(l->counts[TCPLEDGER_PLACE_INHERITED]) > quarter ||
	       tcpledger_lists_ended(l) > tcpledger_parameters.history;
}

#endif /* TCPLEDGER_EVICTION_H */
