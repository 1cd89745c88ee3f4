// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger show: one connection, its verdict and its log.
 */
#include "command.h"

#include "describe.h"
#include "find.h"
#include "json_lines.h"
#include "options.h"
#include "out.h"
#include "reader.h"

static void print(const struct options *options, const struct record *record)
{
	if (options->json)
		json_line(json_record(record));
	else
		describe_record(record, options->clock, out_width(), out_colour());
}

/**
 * command_show - tcpledger show
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_show(const struct options *options)
{
	struct keep found = { 0 };
	const struct record *record;
	int status = find_record(options, options->args[0], &found, &record);

	if (record)
		print(options, record);
	keep_free(&found);
	return status;
}
