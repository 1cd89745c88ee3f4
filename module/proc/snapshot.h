/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SNAPSHOT_H
#define TCPLEDGER_SNAPSHOT_H

#include "ledger/conn.h"
#include <linux/tcpledger.h>

struct tcpledger_net;

/**
 * struct tcpledger_view - a reader's own copy of one record
 * @record: what readers get
 * @entries: its log
 * @conn: the record as it was, @conn.facts.log.more pointing to @more
 * @more: the second block of its log
 *
 * @record and @entries are adjacent: the binary file copies them at once.
 */
struct tcpledger_view {
	struct tcpledger_record		record;
	struct tcpledger_entry		entries[TCPLEDGER_LOG_MAX];
	struct tcpledger_conn		conn;
	struct tcpledger_log_entry	more[TCPLEDGER_LOG_MORE];
};

/**
 * struct tcpledger_name - a record, as a name
 * @c: its address, not to be followed before tcpledger_table_has()
 * @id: its id
 * @order: when it began, or ended if it is over; later ones are read first
 * @bucket: its bucket
 * @live: it was live
 */
struct tcpledger_name {
	struct tcpledger_conn	*c;
	u64			id;
	s64			order;
	u32			bucket;
	bool			live;
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
void tcpledger_snapshot_drop(struct tcpledger_snapshot *s);
bool tcpledger_snapshot_view(struct tcpledger_snapshot *s, u32 i, bool whole);

#endif /* TCPLEDGER_SNAPSHOT_H */
