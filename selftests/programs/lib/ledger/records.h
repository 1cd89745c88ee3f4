/* SPDX-License-Identifier: GPL-2.0 */
/* What is judged, in binary: the records file, for times to the nanosecond and for many records. */
#ifndef TCPLEDGER_SELFTEST_RECORDS_H
#define TCPLEDGER_SELFTEST_RECORDS_H

#include <linux/tcpledger.h>

#include "lib/base/packet.h"

/**
 * struct records - the records file of the namespace the test is in
 * @n: how many
 * @list: the records, each followed by its log; in the order of the file, the test may sort them
 * @data: the file
 */
struct records {
	size_t n;
	const struct tcpledger_record **list;
	uint8_t *data;
};

void records_read(struct records *records);
void records_free(struct records *records);
void records_keep_netns(struct records *records, uint64_t inode, int64_t since);
void records_sort(struct records *records);
const struct tcpledger_record *records_find(const struct records *records,
					    const struct endpoint *local,
					    const struct endpoint *remote, int64_t ns);
const struct tcpledger_entry *records_log(const struct tcpledger_record *rec);
struct endpoint records_local(const struct tcpledger_record *rec);
struct endpoint records_remote(const struct tcpledger_record *rec);

#endif
