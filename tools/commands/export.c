// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger export: records for the tools that people know already.
 */
#include "commands/export.h"

#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/file.h"
#include "commands/find.h"
#include "commands/options.h"
#include "present/export/packetdrill/packetdrill.h"
#include "present/export/pcapng/packet.h"
#include "present/export/pcapng/pcapng_file.h"
#include "present/export/pcapng/packet_list.h"
#include "read/filter.h"
#include "read/reader.h"

/*
 * All records that are asked for.
 */
static int collect(const struct options *options, struct packet_list *list)
{
	const struct record *record;
	struct reader reader;
	int status = reader_open(&reader, &options->source);

	if (!status) {
		while (!(status = reader_next(&reader, &record)) && record)
			if (filter_match(&options->filter, record, &reader.header))
				packet_list_add(list, record);
	}
	reader_close(&reader);
	return status;
}

/* The one that an ID or a tuple names. */
static int collect_one(const struct options *options, struct packet_list *list)
{
	const struct record *record = NULL;
	struct record_list found = { 0 };
	int status = find_record(options, options->args[0], &found, &record);

	if (!status)
		packet_list_add(list, record);
	record_list_free(&found);
	return status;
}

static const char *plural(unsigned long long count)
{
	return count == 1 ? "" : "s";
}

/*
 * Somebody who watches is told what was made. A script is not: it has the exit
 * status, and would have to tell this line from an error.
 */
static void tell(const char *path, const struct text *what)
{
	struct text line = { 0 };
	ssize_t ignored;

	if (!strcmp(path, "-") || !isatty(STDERR_FILENO))
		return;
	text_string(&line, "tcpledger: ");
	escape_terminal(&line, path);
	text_string(&line, ": ");
	text_bytes(&line, what->bytes, what->len);
	text_char(&line, '\n');
	ignored = write(STDERR_FILENO, line.bytes, line.len);
	(void)ignored;
	text_free(&line);
}

static void tell_of_packets(const char *path, const struct packet_list *list,
			    unsigned long long packets)
{
	unsigned long long segments = 0;
	struct text what = { 0 };
	size_t i;

	for (i = 0; i < list->packet_count; i++)
		segments += !list->packets[i].fills_gap;
	text_printf(&what, "%zu connection%s, %llu logged segment%s in %llu packet%s",
		    list->connections, plural(list->connections), segments, plural(segments),
		    packets, plural(packets));
	tell(path, &what);
	text_free(&what);
}

static void tell_of_script(const char *path, const struct record *record)
{
	struct text what = { 0 };

	text_printf(&what, "a packetdrill script of record %llu",
		    (unsigned long long)record->fixed.id);
	tell(path, &what);
	text_free(&what);
}

static int export_pcapng(const struct options *options, struct packet_list *list)
{
	unsigned long long packets;
	struct file file;
	int status = file_create(&file, options->pcapng, FILE_LINKS_FOLLOW);

	if (!status) {
		packet_list_build(list);
		status = pcapng_file_write(&file, list, &packets);
	}
	status = file_finish(&file, status);
	if (!status)
		tell_of_packets(options->pcapng, list, packets);
	return status;
}

/*
 * A script plays one endpoint of one connection.
 */
static const struct record *choose(const struct packet_list *list)
{
	if (list->count == 1)
		return list->records[0];
	if (!list->count)
		fail_work("'tcpledger list' with the same filter shows what there is",
			  "no record to make a packetdrill script of");
	else
		fail_work("give the ID of one: 'tcpledger list' with the same filter shows them",
			  "%zu records match, and a packetdrill script plays one endpoint of one connection",
			  list->count);
	return NULL;
}

static int export_packetdrill(const struct options *options, const struct packet_list *list)
{
	const struct record *record = choose(list);
	struct file file;
	int status;

	if (!record)
		return FAIL_WORK;
	status = packetdrill_check(record);
	if (status)
		return status;
	status = file_create(&file, options->packetdrill, FILE_LINKS_FOLLOW);
	if (!status)
		packetdrill_write(&file.text, record);
	status = file_finish(&file, status);
	if (!status)
		tell_of_script(options->packetdrill, record);
	return status;
}

/**
 * command_export - tcpledger export
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_export(const struct options *options)
{
	struct packet_list list = { 0 };
	int status;

	if (!options->pcapng == !options->packetdrill)
		return fail_usage("export wants --pcapng FILE or --packetdrill FILE%s",
				  options->pcapng ? ", not both" : "");
	status = options->arg_count ? collect_one(options, &list) : collect(options, &list);
	if (!status)
		status = options->pcapng ? export_pcapng(options, &list) :
					   export_packetdrill(options, &list);
	packet_list_free(&list);
	return status;
}
