// SPDX-License-Identifier: GPL-2.0
#include "commands/find.h"

#include <string.h>

#include "base/fail.h"
#include "commands/options.h"
#include "commands/parse.h"
#include "read/reader.h"

/**
 * struct wanted - which record is asked for
 * @by_id: by its number, else by its tuple
 * @id: its number
 * @tuple: its tuple; the newest record with it is meant
 */
struct wanted {
	bool			by_id;
	uint64_t		id;
	struct parse_tuple	tuple;
};

static int parse_wanted(const char *arg, struct wanted *wanted)
{
	int64_t id;

	wanted->by_id = strspn(arg, "0123456789") == strlen(arg);
	if (!wanted->by_id)
		return parse_tuple(arg, &wanted->tuple);
	if (parse_number("record id", arg, INT64_MAX, &id))
		return FAIL_USAGE;
	wanted->id = (uint64_t)id;
	return 0;
}

static bool is_wanted(const struct wanted *wanted, const struct options *options,
		      const struct record *record, const struct tcpledger_header *header)
{
	const struct tcpledger_record *r = &record->fixed;
	const struct parse_tuple *t = &wanted->tuple;

	if (!filter_match(&options->filter, record, header))
		return false;
	if (wanted->by_id)
		return r->id == wanted->id;
	return !(r->flags & TCPLEDGER_REC_IPV6) == !t->ipv6 &&
	       r->lport == t->lport && r->rport == t->rport &&
	       !memcmp(r->local, t->local, sizeof(t->local)) &&
	       !memcmp(r->remote, t->remote, sizeof(t->remote));
}

/*
 * All that match are looked at: ids are unique within a namespace only, and of
 * one tuple the newest record is meant. The number of an inode is given again
 * after a namespace has died, so of those the newest too.
 */
static int keep_wanted(struct reader *reader, const struct wanted *wanted,
		       const struct options *options, struct record_list *found)
{
	const struct record *record;
	struct sort_place place;
	int status;

	while (!(status = reader_next(reader, &record)) && record) {
		if (!is_wanted(wanted, options, record, &reader->header))
			continue;
		sort_place(SORT_OPENED, false, record, &place);
		/* This namespace's own before what a dead one left here. */
		if (wanted->by_id && record->fixed.netns == reader->header.netns)
			place.high = 0;
		record_list_add(found, record, &place);
	}
	record_list_sort(found);
	return status;
}

static int fail_ambiguous(const struct text *spaces, const char *arg, const char *path)
{
	return fail_work("give one of them with --netns",
			 "%s has a record %s of each of the network namespaces%.*s", path, arg,
			 (int)spaces->len, spaces->bytes);
}

/* Whether one of the first @n that were kept is of a namespace. */
static bool is_among(const struct record_list *kept, size_t n, uint32_t netns)
{
	struct record_list before = *kept;

	while (n--)
		if (record_list_next(&before)->fixed.netns == netns)
			return true;
	return false;
}

/*
 * Whether the number could mean records of several namespaces, of which none is
 * the reader's own.
 */
static int check_unique(const struct record_list *kept, uint32_t own, const char *arg,
			const char *path)
{
	struct record_list found = *kept;
	const struct record *record;
	struct text spaces = { 0 };
	unsigned int count = 0;
	int status = FAIL_NONE;

	while ((record = record_list_next(&found)) && record->fixed.netns != own) {
		if (is_among(kept, found.next - 1, record->fixed.netns))
			continue;
		text_printf(&spaces, " %u", record->fixed.netns);
		count++;
	}
	if (!record && count > 1)
		status = fail_ambiguous(&spaces, arg, path);
	text_free(&spaces);
	return status;
}

/**
 * find_record - find the record that a command was asked for
 * @options: where to read
 * @arg: its number, or its tuple, of which the newest record is meant
 * @found: all zero; holds what was found, for record_list_free() in every case
 * @record: set to the record, good until record_list_free(); NULL if there is none
 *
 * Return: 0, or an exit status with the error reported, also when the record
 * was found and what follows it in the file cannot be read.
 */
int find_record(const struct options *options, const char *arg, struct record_list *found,
		const struct record **record)
{
	struct wanted wanted;
	struct reader reader;
	int status = parse_wanted(arg, &wanted);

	*record = NULL;
	if (status)
		return status;
	status = reader_open(&reader, &options->source);
	if (!status)
		status = keep_wanted(&reader, &wanted, options, found);
	if (wanted.by_id && check_unique(found, reader.header.netns, arg, reader.path)) {
		reader_close(&reader);
		return FAIL_WORK;
	}
	*record = record_list_next(found);
	if (!*record && !status)
		status = fail_work("'tcpledger list' shows what there is",
				   "no record %s in %s: it is not known or was evicted",
				   arg, reader.path);
	reader_close(&reader);
	return status;
}
