// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger show: one connection, its verdict and its log.
 */
#include "command.h"

#include <string.h>

#include "describe.h"
#include "fail.h"
#include "json_lines.h"
#include "keep.h"
#include "options.h"
#include "out.h"
#include "parse.h"
#include "reader.h"

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
 * one tuple the newest record is meant.
 */
static int find(struct reader *reader, const struct wanted *wanted,
		const struct options *options, struct keep *found)
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
		keep_record(found, record, &place);
	}
	keep_sort(found);
	return status;
}

static int print(const struct options *options, const struct record *record)
{
	if (options->json)
		json_line(json_record(record));
	else
		describe_record(record, options->clock, out_width(), out_colour());
	return FAIL_NONE;
}

/**
 * command_show - tcpledger show
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_show(const struct options *options)
{
	const char *arg = options->args[0];
	struct keep found = { 0 };
	const struct record *record;
	struct wanted wanted;
	struct reader reader;
	int status = parse_wanted(arg, &wanted);

	if (status)
		return status;
	status = reader_open(&reader, &options->source);
	if (!status)
		status = find(&reader, &wanted, options, &found);
	record = keep_next(&found);
	if (record)
		print(options, record);
	else if (!status)
		status = fail_work("'tcpledger list' shows what there is",
				   "no record %s in %s: it is not known or was evicted",
				   arg, reader.path);
	keep_free(&found);
	reader_close(&reader);
	return status;
}
