// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger report: records as one HTML file, for a colleague.
 */
#include "commands/report.h"

#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/file.h"
#include "commands/options.h"
#include "present/report/collection.h"
#include "present/report/redact.h"
#include "present/report/report.h"

static void write_line(struct text *line)
{
	ssize_t ignored = write(STDERR_FILENO, line->bytes, line->len);

	(void)ignored;
	text_free(line);
}

/*
 * What is left out is said to scripts too. What was made is said to somebody who
 * watches.
 */
static void tell(const char *path, const struct report *report)
{
	size_t left = report->collection->count - (size_t)report->told;
	struct text line = { 0 };

	if (!left && (!strcmp(path, "-") || !isatty(STDERR_FILENO)))
		return;
	text_string(&line, "tcpledger: ");
	escape_terminal(&line, strcmp(path, "-") ? path : "standard output");
	text_printf(&line, ": a report of %llu record%s", report->told,
		    report->told == 1 ? "" : "s");
	if (left)
		text_printf(&line, "; the %zu oldest had no room in %llu bytes and were left out; "
			    "use a filter or a larger --size", left,
			    (unsigned long long)report->most);
	text_char(&line, '\n');
	write_line(&line);
}

static int write_report(const struct options *options, struct report *report)
{
	const char *path = options->args[0];
	struct file file;
	int status = file_create(&file, path, FILE_LINKS_REFUSE);

	if (!status)
		status = report_write(report, &file);
	status = file_finish(&file, status);
	if (!status)
		tell(path, report);
	return status;
}

/**
 * command_report - tcpledger report
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_report(const struct options *options)
{
	struct collection collection = { 0 };
	struct report report = {
		.collection = &collection, .source = options->source.file,
		.other_source = options->other_file,
		.redacted = options->redact,
		.most = options->size ? options->size : REPORT_USUAL,
	};
	int status;

	if (report.most < REPORT_LEAST)
		return fail_usage("--size wants at least %u bytes", REPORT_LEAST);
	status = collection_read(&collection, &options->source, options->other_file,
				 &options->filter);
	if (!status && options->redact) {
		redact(collection.records, collection.count);
		report.source = NULL;
		report.other_source = NULL;
	}
	if (!status)
		status = write_report(options, &report);
	collection_free(&collection);
	return status;
}
