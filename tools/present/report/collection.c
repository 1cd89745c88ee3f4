// SPDX-License-Identifier: GPL-2.0
#include "present/report/collection.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/memory.h"
#include "present/report/pairs.h"
#include "read/filter.h"
#include "read/reader.h"
#include "read/record.h"
#include "read/source.h"

/**
 * struct host - one host's records, as they were read
 * @list: they
 * @header: of their file
 * @stream: they came out of a recorded stream
 * @load_id: of which module, if so
 */
struct host {
	struct record_list	list;
	struct tcpledger_header	header;
	bool			stream;
	unsigned char		load_id[16];
};

static void keep(struct host *host, const struct record *record)
{
	struct sort_place place = { 0 };

	record_list_add(&host->list, record, &place);
}

static int read_all(struct host *host, const struct source *source)
{
	const struct record *record;
	struct reader reader;
	int status = reader_open(&reader, source);

	while (!status && !(status = reader_next(&reader, &record)) && record)
		keep(host, record);
	host->header = reader.header;
	host->stream = reader.events.known;
	memcpy(host->load_id, reader.events.load_id, sizeof(host->load_id));
	reader_close(&reader);
	return status;
}

/* Other ends may be in other namespaces of the file; a pipe can be read only once. */
static void read_other_spaces(struct host *host, const struct source *source)
{
	struct source whole = *source;
	const struct record *record;
	struct reader reader;
	struct stat st;

	if (!source->chosen || (source->file && (stat(source->file, &st) ||
						 !S_ISREG(st.st_mode))))
		return;
	whole.chosen = false;
	fail_quietly(true);
	if (!reader_open(&reader, &whole))
		while (!reader_next(&reader, &record) && record)
			if (record->fixed.netns != source->inode)
				keep(host, record);
	reader_close(&reader);
	fail_quietly(false);
}

static int read_second(struct host *hosts, const struct source *source, const char *file)
{
	const struct source second = { .file = file, .evicted = source->evicted };
	int status = read_all(&hosts[1], &second);

	if (!status && hosts[0].stream && hosts[1].stream &&
	    hosts[0].header.netns == hosts[1].header.netns &&
	    !memcmp(hosts[0].load_id, hosts[1].load_id, sizeof(hosts[0].load_id)))
		return fail_work("give the name of the set, or one file of each of two hosts",
				 "%s and %s were recorded in one network namespace",
				 source->file, file);
	return status;
}

/**
 * struct found - what was read, in order
 * @list: the records, newest first
 * @count: how many
 */
struct found {
	struct pairs_record	*list;
	size_t			count;
};

/**
 * struct ordered - a record and where it stands in the report
 * @place: that
 * @record: the record
 */
struct ordered {
	struct sort_place	place;
	struct pairs_record	record;
};

static int compare_ordered(const void *a, const void *b)
{
	const struct ordered *x = a, *y = b;
	int order = sort_compare(&x->place, &y->place);

	return order ? order : (x->record.read > y->record.read) -
			       (x->record.read < y->record.read);
}

static bool is_wanted(const struct host *host, const struct source *source,
		      const struct filter *filter, const struct record *record, bool second)
{
	if (source->chosen && (second || record->fixed.netns != source->inode))
		return false;
	return filter_match(filter, record, &host->header);
}

/* Newest first, by the wall clocks where these are of two hosts. */
static void put_in_order(struct found *found, struct host *hosts, const struct source *source,
			 const struct filter *filter)
{
	struct ordered *all = memory_new(hosts[0].list.count + hosts[1].list.count + 1,
					 sizeof(*all));
	int64_t lag = two_hosts_lag(&hosts[0].header, &hosts[1].header);
	const struct record *record;
	unsigned int host;
	size_t i;

	for (host = 0; host < 2; host++)
		while ((record = record_list_next(&hosts[host].list))) {
			struct ordered *next = &all[found->count];
			struct record moved = *record;

			if (host)
				two_hosts_move(&moved, lag);
			sort_place(SORT_RECENT, false, &moved, &next->place);
			next->record = (struct pairs_record) {
				.record = *record, .host = host, .read = found->count++,
				.place = -1,
				.wanted = is_wanted(&hosts[host], source, filter, record, host),
			};
		}
	qsort(all, found->count, sizeof(*all), compare_ordered);
	found->list = memory_new(found->count + 1, sizeof(*found->list));
	for (i = 0; i < found->count; i++)
		found->list[i] = all[i].record;
	free(all);
}

static void add(struct collection *collection, struct pairs_record *r)
{
	r->place = (long)collection->count;
	collection->records[collection->count] = r->record;
	collection->ties[collection->count++] = (struct tie) {
		.peer = r->peer, .host = r->host, .join = r->join, .read = r->read,
	};
}

static void take(struct collection *collection, const struct found *found)
{
	size_t i;

	collection->records = memory_new(found->count + 1, sizeof(*collection->records));
	collection->ties = memory_new(found->count + 1, sizeof(*collection->ties));
	for (i = 0; i < found->count; i++)
		if (found->list[i].wanted) {
			collection->wanted++;
			found->list[i].place = 0;
			if (found->list[i].peer >= 0)
				found->list[found->list[i].peer].place = 0;
		}
	for (i = 0; i < found->count; i++)
		if (found->list[i].place >= 0)
			add(collection, &found->list[i]);
	for (i = 0; i < collection->count; i++)
		if (collection->ties[i].peer >= 0)
			collection->ties[i].peer = found->list[collection->ties[i].peer].place;
}

static void unite(struct collection *collection, int64_t lag)
{
	const struct two_hosts both = {
		.records = collection->records, .ties = collection->ties,
		.count = collection->count, .netns = collection->netns, .lag = lag,
	};

	collection->logs = two_hosts_unite(&both);
}

/**
 * collection_read - read the records of a report
 * @collection: all zero; set to them, for collection_free() in every case
 * @source: where to read
 * @other_file: where to read those of a second host, or NULL
 * @filter: which are wanted
 *
 * Return: 0, or an exit status with the error reported; what could be read is
 * there all the same.
 */
int collection_read(struct collection *collection, const struct source *source,
		    const char *other_file, const struct filter *filter)
{
	struct host hosts[2] = { 0 };
	struct found found = { 0 };
	int status = read_all(&hosts[0], source);

	read_other_spaces(&hosts[0], source);
	if (!status && other_file)
		status = read_second(hosts, source, other_file);
	put_in_order(&found, hosts, source, filter);
	pairs_find(found.list, found.count, other_file);
	take(collection, &found);
	collection->header = hosts[0].header;
	collection->two_hosts = other_file;
	collection->netns[0] = hosts[0].header.netns;
	collection->netns[1] = hosts[1].header.netns;
	collection->list[0] = hosts[0].list;
	collection->list[1] = hosts[1].list;
	if (other_file)
		unite(collection, two_hosts_lag(&hosts[0].header, &hosts[1].header));
	free(found.list);
	return status;
}

/**
 * collection_peer - the other end of a connection
 * @collection: the records
 * @number: which of them
 *
 * Return: the other end's record, NULL if there is none, or none by the same clock.
 */
const struct record *collection_peer(const struct collection *collection, size_t number)
{
	const struct tie *tie = &collection->ties[number];

	if (tie->peer < 0 || (tie->join != PEER_NONE && !tie->compared))
		return NULL;
	return &collection->records[tie->peer];
}

/**
 * collection_free - forget all
 * @collection: the records
 */
void collection_free(struct collection *collection)
{
	record_list_free(&collection->list[0]);
	record_list_free(&collection->list[1]);
	free(collection->records);
	free(collection->ties);
	free(collection->logs);
	memset(collection, 0, sizeof(*collection));
}
