// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger record: keep what happens, to look at it later or elsewhere.
 */
#include "commands/record.h"

#include "base/fail.h"
#include "commands/options.h"
#include "present/export/record/recorder.h"

#define TRIGGER_NS	30000000000LL	/* before and after, unless told otherwise */

static int64_t or_usual(int64_t given_ns)
{
	return given_ns < 0 ? TRIGGER_NS : given_ns;
}

static int check(const struct options *options)
{
	const struct options_record *record = &options->record;

	if (!record->triggers && (record->before_ns >= 0 || record->after_ns >= 0))
		return fail_usage("--before and --after are for --trigger");
	if (record->triggers && (record->rotate_size || record->rotate_ns))
		return fail_usage("--trigger begins a file each time; --rotate-size and "
				  "--rotate-every are not for it");
	return FAIL_NONE;
}

/**
 * command_record - tcpledger record
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_record(const struct options *options)
{
	const struct options_record *record = &options->record;
	const struct recorder_wish wish = {
		.source = &options->source,
		.filter = options->filter,
		.path = options->args[0],
		.rotate_size = (uint64_t)record->rotate_size,
		.rotate_ns = record->rotate_ns,
		.files = (unsigned long)record->files,
		.free_space = (uint64_t)record->free_space,
		.triggers = record->triggers,
		.before_ns = or_usual(record->before_ns),
		.after_ns = or_usual(record->after_ns),
	};
	struct recorder recorder;

	return check(options) ? FAIL_USAGE : recorder_run(&recorder, &wish);
}
