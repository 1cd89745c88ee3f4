/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SNAPSHOT_H
#define TCPLEDGER_SNAPSHOT_H

#include "ledger/lists.h"
#include "proc/view.h"

struct tcpledger_net;

/**
 * struct tcpledger_name - a record, as a name, and its rank
 * @of: its address, id and bucket
 * @order: when it began, or ended if it is over; later ones are read first
 * @live: it was live
 */
struct tcpledger_name {
	struct tcpledger_candidate	of;
	s64				order;
	bool				live;
};

/**
 * struct tcpledger_snapshot - the records that existed when reading began
 * @tn: the namespace
 * @name: the records, live ones first, then ended ones, newest first
 * @n: how many
 * @gone: how many were evicted before they were read
 * @v6: some are IPv6
 * @foreign: some are of namespaces that died
 * @bound: some name a device
 * @view: the record read last
 */
struct tcpledger_snapshot {
	struct tcpledger_net	*tn;
	struct tcpledger_name	*name;
	u32			n;
	u32			gone;
	bool			v6;
	bool			foreign;
	bool			bound;
	struct tcpledger_view	*view;
};

int tcpledger_snapshot_take(struct tcpledger_snapshot *s);
void tcpledger_snapshot_forget(struct tcpledger_snapshot *s);
void tcpledger_snapshot_drop(struct tcpledger_snapshot *s);
bool tcpledger_snapshot_view(struct tcpledger_snapshot *s, u32 i, bool whole);

#endif /* TCPLEDGER_SNAPSHOT_H */
