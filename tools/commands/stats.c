// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
/*
 * tcpledger stats: the module's counters as they are, as JSON, as OpenMetrics or as
 * Prometheus wants them.
 */
#include "commands/stats.h"

#include <errno.h>
#include <search.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "commands/options.h"
#include "present/print/json_writer.h"
#include "present/print/metrics.h"
#include "read/source.h"

#define STATS_MOST	(1024 * 1024)	/* no stats file is longer */

static int read_all(const struct source *source, struct text *text, char path[PATH_MAX])
{
	int fd = source_open(source, "stats", path);
	ssize_t n;

	if (fd < 0)
		return FAIL_WORK;
	do {
		text_reserve(text, 16384);
		n = read(fd, text->bytes + text->len, 16384);
		if (n > 0)
			text->len += (size_t)n;
	} while ((n > 0 && text->len < STATS_MOST) || (n < 0 && errno == EINTR));
	if (n < 0)
		fail_read(path, "check the path", "%s", strerror(errno));
	close(fd);
	return n < 0 ? FAIL_WORK : FAIL_NONE;
}

static int fail_foreign(const char *path, unsigned int line)
{
	return fail_read(path, "give one copied from /proc/net/tcpledger/stats",
			 "line %u is not 'name value': it is not a tcpledger stats file", line);
}

static bool is_name(const char *s, size_t len)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

	return len && strspn(s, allowed) >= len;
}

/*
 * Cut the text into its lines, in place.
 */
static int take_lines(struct text *text, const char *path, struct metrics *metrics)
{
	char *line = (char *)text_terminated(text);
	unsigned int n = 0;

	if (strlen(line) != text->len)
		return fail_foreign(path, 1);	/* no text has a NUL */
	for (; *line; line++) {
		char *end = strchrnul(line, '\n');
		char *space = memchr(line, ' ', (size_t)(end - line));
		bool last = !*end;

		n++;
		if (!space || !is_name(line, (size_t)(space - line)))
			return fail_foreign(path, n);
		*space++ = '\0';
		*end = '\0';
		while (*space == ' ')
			space++;
		metrics_add(metrics, line, space);
		if (last)
			break;
		line = end;
	}
	return n ? FAIL_NONE : fail_foreign(path, 1);
}

static void print_text(const struct metrics *metrics)
{
	struct text *out = output_text();
	size_t i, widest = 0;

	for (i = 0; i < metrics->count; i++)
		if (strlen(metrics->items[i].name) > widest)
			widest = strlen(metrics->items[i].name);
	for (i = 0; i < metrics->count; i++) {
		text_string(out, metrics->items[i].name);
		text_repeat(out, ' ', widest + 1 - strlen(metrics->items[i].name));
		escape_terminal(out, metrics->items[i].text);
		text_char(out, '\n');
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void keep_name(void *name)
{
	(void)name;	/* belongs to the text that was read */
}

static bool is_new(const char *name, void **names)
{
	const char **found = tsearch(name, names, compare_names);

	if (found)
		return *found == name;
	memory_exhausted();
}

static void print_json(const struct metrics *metrics)
{
	struct text *json = json_line_begin();
	void *names = NULL;
	size_t i;

	for (i = 0; i < metrics->count; i++) {
		const struct metric *metric = &metrics->items[i];

		if (!is_new(metric->name, &names))
			continue;	/* a damaged file has it twice */
		if (metric->is_number)
			json_unsigned(json, metric->name, metric->number);
		else
			json_foreign(json, metric->name, metric->text);
	}
	tdestroy(names, keep_name);
	json_line_end(json);
}

/**
 * command_stats - tcpledger stats
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_stats(const struct options *options)
{
	struct metrics metrics = { 0 };
	struct text text = { 0 };
	char path[PATH_MAX];
	int status;

	if (options->json + options->openmetrics + options->prometheus > 1)
		return fail_usage("stats takes one of --json, --openmetrics and --prometheus");
	if (options->source.file_count > 1)
		return fail_usage("more than one --file: the counters of one are shown");
	status = read_all(&options->source, &text, path);
	if (!status)
		status = take_lines(&text, path, &metrics);
	if (!status && options->json)
		print_json(&metrics);
	else if (!status && options->openmetrics)
		metrics_print(&metrics, METRICS_OPENMETRICS);
	else if (!status && options->prometheus)
		metrics_print(&metrics, METRICS_PROMETHEUS);
	else if (!status)
		print_text(&metrics);
	metrics_free(&metrics);
	text_free(&text);
	return status;
}
