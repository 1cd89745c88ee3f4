/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of a report: those that are wanted, and the other ends of their
 * connections, where they were read too.
 */
#ifndef TCPLEDGER_COLLECTION_H
#define TCPLEDGER_COLLECTION_H

#include <stddef.h>

#include <linux/tcpledger.h>

#include "read/record_list.h"

struct filter;
struct source;

/**
 * struct collection - records
 * @header: of the file that they were read from
 * @list: all that was read, which has their logs
 * @records: those of the report, newest first
 * @peers: by record: the number of the other end's, or -1
 * @count: how many
 * @wanted: how many of them are wanted for themselves
 */
struct collection {
	struct tcpledger_header	header;
	struct record_list	list;
	struct record		*records;
	long			*peers;
	size_t			count;
	size_t			wanted;
};

int collection_read(struct collection *collection, const struct source *source,
		    const struct filter *filter);
const struct record *collection_peer(const struct collection *collection, size_t number);
void collection_free(struct collection *collection);

#endif
