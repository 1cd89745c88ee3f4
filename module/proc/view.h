/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_VIEW_H
#define TCPLEDGER_VIEW_H

#include "ledger/conn.h"
#include <linux/tcpledger.h>

struct tcpledger_candidate;
struct tcpledger_net;

/**
 * struct tcpledger_view - a reader's own copy of one record
 * @frame: what goes before it in the live stream
 * @monotonic_ns: CLOCK_MONOTONIC when it was copied
 * @record: what readers get
 * @entries: its log
 * @conn: the record as it was, @conn.facts.log.more pointing to @more
 * @more: the second block of its log
 *
 * @frame to @entries are adjacent, as in struct tcpledger_frame_record: the binary files
 * copy them at once.
 */
struct tcpledger_view {
	struct tcpledger_frame		frame;
	s64				monotonic_ns;
	struct tcpledger_record		record;
	struct tcpledger_entry		entries[TCPLEDGER_LOG_MAX];
	struct tcpledger_conn		conn;
	struct tcpledger_log_entry	more[TCPLEDGER_LOG_MORE];
};

bool tcpledger_view_read(struct tcpledger_view *v, const struct tcpledger_net *tn,
			 const struct tcpledger_candidate *of, bool whole);
bool tcpledger_view_read_end(struct tcpledger_view *v, const struct tcpledger_net *tn,
			     const struct tcpledger_candidate *of);
bool tcpledger_view_read_open(struct tcpledger_view *v, const struct tcpledger_net *tn,
			      const struct tcpledger_candidate *of);

#endif /* TCPLEDGER_VIEW_H */
