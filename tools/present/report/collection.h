/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of a report: those that are wanted, and the other ends of their
 * connections, where they were read too. Those of two hosts are by the clock of the first.
 */
#ifndef TCPLEDGER_COLLECTION_H
#define TCPLEDGER_COLLECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpledger.h>

#include "present/report/two_hosts.h"
#include "read/record_list.h"

struct filter;
struct source;

/**
 * struct collection - records
 * @header: of the file that they were read from, of two hosts the first
 * @list: by host: all that was read, which has their logs
 * @logs: of records of the second host, by the clock of the first
 * @records: those of the report, newest first
 * @ties: by record: what it has to do with the others
 * @count: how many
 * @wanted: how many of them are wanted for themselves
 * @two_hosts: they are of two hosts
 * @netns: by host: its own network namespace
 */
struct collection {
	struct tcpledger_header	header;
	struct record_list	list[2];
	struct tcpledger_entry	*logs;
	struct record		*records;
	struct tie		*ties;
	size_t			count;
	size_t			wanted;
	bool			two_hosts;
	uint32_t		netns[2];
};

int collection_read(struct collection *collection, const struct source *source,
		    const char *other_file, const struct filter *filter);
const struct record *collection_peer(const struct collection *collection, size_t number);
void collection_free(struct collection *collection);

#endif
