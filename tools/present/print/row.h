/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record as a row of a database: a line of JSON that is flat, its log as arrays
 * side by side. tools/clickhouse has the tables for it.
 */
#ifndef TCPLEDGER_ROW_H
#define TCPLEDGER_ROW_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tcpledger.h>

struct join_key;
struct record;

/**
 * struct row_origin - of which machine rows are, and what they may tell
 * @start: who wrote the records, and both clocks of one moment
 * @host: name of the machine
 * @boot_id: as in /proc/sys/kernel/random/boot_id; empty if unknown
 * @join_key: key of the hash of both ISNs, or one of length 0
 * @with_sequence: ISNs, sequence and acknowledgment numbers are told
 */
struct row_origin {
	struct tcpledger_frame_start	start;
	char				host[sizeof(((struct tcpledger_frame_start *)0)->host)];
	char				boot_id[40];
	const struct join_key		*join_key;
	bool				with_sequence;
};

void row_print(const struct row_origin *origin, const struct record *record,
	       int64_t monotonic_ns);

#endif
