// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger export: records for the tools that people know already.
 */
#include "command.h"

#include "capture.h"
#include "fail.h"
#include "file.h"
#include "filter.h"
#include "find.h"
#include "options.h"
#include "packetdrill.h"
#include "reader.h"
#include "wire.h"

/*
 * All records that are asked for.
 */
static int collect(const struct options *options, struct wire *wire)
{
	const struct record *record;
	struct reader reader;
	int status = reader_open(&reader, &options->source);

	if (!status) {
		while (!(status = reader_next(&reader, &record)) && record)
			if (filter_match(&options->filter, record, &reader.header))
				wire_add(wire, record);
	}
	reader_close(&reader);
	return status;
}

/* The one that an ID or a tuple names. */
static int collect_one(const struct options *options, struct wire *wire)
{
	const struct record *record = NULL;
	struct keep found = { 0 };
	int status = find_record(options, options->args[0], &found, &record);

	if (!status)
		wire_add(wire, record);
	keep_free(&found);
	return status;
}

static int export_pcapng(const struct options *options, struct wire *wire)
{
	struct file file;
	int status = file_create(&file, options->pcapng);

	if (!status) {
		wire_build(wire);
		status = capture_write(&file, wire);
	}
	return file_finish(&file, status);
}

/*
 * A script plays one endpoint of one connection.
 */
static const struct record *choose(const struct wire *wire)
{
	if (wire->count == 1)
		return wire->records[0];
	if (!wire->count)
		fail_work("'tcpledger list' with the same filter shows what there is",
			  "no record to make a packetdrill script of");
	else
		fail_work("give the ID of one: 'tcpledger list' with the same filter shows them",
			  "%zu records match, and a packetdrill script plays one endpoint of one connection",
			  wire->count);
	return NULL;
}

static int export_packetdrill(const struct options *options, const struct wire *wire)
{
	const struct record *record = choose(wire);
	struct file file;
	int status;

	if (!record)
		return FAIL_WORK;
	status = packetdrill_check(record);
	if (status)
		return status;
	status = file_create(&file, options->packetdrill);
	if (!status)
		packetdrill_write(&file.text, record);
	return file_finish(&file, status);
}

/**
 * command_export - tcpledger export
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_export(const struct options *options)
{
	struct wire wire = { 0 };
	int status;

	if (!options->pcapng == !options->packetdrill)
		return fail_usage("export wants --pcapng FILE or --packetdrill FILE%s",
				  options->pcapng ? ", not both" : "");
	status = options->arg_count ? collect_one(options, &wire) : collect(options, &wire);
	if (!status)
		status = options->pcapng ? export_pcapng(options, &wire) :
					   export_packetdrill(options, &wire);
	wire_free(&wire);
	return status;
}
