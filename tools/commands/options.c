// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "commands/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/fail.h"
#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "commands/parse.h"
#include "meaning/words.h"

/* getopt's values for options without a letter */
enum {
	OPT_FILE = 256, OPT_NETNS, OPT_ADDR, OPT_STATE, OPT_OUTCOME, OPT_KIND,
	OPT_ANOMALY, OPT_COMM, OPT_UID, OPT_CGROUP, OPT_LIVE, OPT_HISTORY,
	OPT_SINCE, OPT_OLDER, OPT_JSON, OPT_OPENMETRICS, OPT_SORT, OPT_REVERSE,
	OPT_LIMIT, OPT_VERSION, OPT_LOG, OPT_ASCII, OPT_ABSOLUTE, OPT_SVG, OPT_PCAPNG,
	OPT_PACKETDRILL, OPT_CLEAR, OPT_EVICTED, OPT_ROTATE_SIZE, OPT_ROTATE_EVERY, OPT_FILES,
	OPT_FREE_SPACE, OPT_TRIGGER, OPT_BEFORE, OPT_AFTER,
	OPT_PROMETHEUS, OPT_ROWS, OPT_WITH_SEQUENCE, OPT_JOIN_KEY,
};

#define FILES_MOST	1024	/* given with --file */
#define ANY	0xffffffffU	/* every command has it */

static const struct spec {
	unsigned int	groups;
	int		value;		/* its letter, or one of the above */
	const char	*name;
	const char	*arg;
	const char	*help;
} specs[] = {
	{ OPTIONS_FILTER, '4', "ipv4", NULL, "IPv4 only" },
	{ OPTIONS_FILTER, '6', "ipv6", NULL, "IPv6 only" },
	{ OPTIONS_FILTER, 'p', "pid", "PID[,...]", "owned by this process" },
	{ OPTIONS_FILTER, 'L', "lport", "PORT[,...]", "own port" },
	{ OPTIONS_FILTER, 'D', "rport", "PORT[,...]", "the peer's port" },
	{ OPTIONS_FILTER, OPT_ADDR, "addr", "PREFIX",
	  "either address: 10.0.0.0/8, 2001:db8::/32, ::1" },
	{ OPTIONS_FILTER, OPT_STATE, "state", "STATE[,...]", "present or last state" },
	{ OPTIONS_FILTER, OPT_OUTCOME, "outcome", "OUTCOME[,...]", "how the opening ended" },
	{ OPTIONS_FILTER, OPT_KIND, "kind", "KIND[,...]", "how it was closed" },
	{ OPTIONS_FILTER, OPT_ANOMALY, "anomaly", "TAG[,...]", "has one of these anomalies" },
	{ OPTIONS_FILTER, OPT_COMM, "comm", "NAME", "owned by a program of this name" },
	{ OPTIONS_FILTER, OPT_UID, "uid", "UID", "owned by this user id" },
	{ OPTIONS_FILTER, OPT_CGROUP, "cgroup", "ID", "in this cgroup" },
	{ OPTIONS_FILTER, OPT_LIVE, "live", NULL, "not ended" },
	{ OPTIONS_FILTER, OPT_HISTORY, "history", NULL, "ended" },
	{ OPTIONS_FILTER, OPT_SINCE, "since", "DURATION", "opened within: 30s, 5m, 1h30m" },
	{ OPTIONS_FILTER, OPT_OLDER, "older", "DURATION", "at least so long in its state" },
	{ OPTIONS_TABLE, OPT_SORT, "sort", "KEY",
	  "recent (default), id, age, duration, ...; see tcpledger(8)" },
	{ OPTIONS_TABLE, OPT_REVERSE, "reverse", NULL, "the other way round" },
	{ OPTIONS_TABLE, OPT_LIMIT, "limit", "N", "the first N records only" },
	{ OPTIONS_TABLE, 'w', "wide", NULL, "all columns, nothing cut" },
	{ OPTIONS_CLOCK, 't', "relative", NULL, "times in relative seconds" },
	{ OPTIONS_CLOCK, 'T', "wall", NULL, "times of the wall clock, UTC" },
	{ OPTIONS_CLOCK, 'n', "numeric", NULL, "no look-up of names (the default)" },
	{ OPTIONS_JSON, OPT_JSON, "json", NULL, "JSON, one object a line" },
	{ OPTIONS_METRICS, OPT_OPENMETRICS, "openmetrics", NULL,
	  "OpenMetrics, for Prometheus and the like" },
	{ OPTIONS_METRICS, OPT_PROMETHEUS, "prometheus", NULL,
	  "the older text format, for files that node_exporter reads" },
	{ OPTIONS_DIAGRAM, OPT_LOG, "log", NULL, "the plain log, line by line" },
	{ OPTIONS_DIAGRAM, OPT_ABSOLUTE, "absolute", NULL,
	  "sequence numbers as on the wire, not from the ISNs" },
	{ OPTIONS_DIAGRAM, OPT_ASCII, "ascii", NULL, "draw in ASCII" },
	{ OPTIONS_DIAGRAM, OPT_SVG, "svg", "FILE", "draw into an SVG file, '-' is stdout" },
	{ OPTIONS_EXPORT, OPT_PCAPNG, "pcapng", "FILE",
	  "write a capture for Wireshark; - is standard output" },
	{ OPTIONS_EXPORT, OPT_PACKETDRILL, "packetdrill", "FILE",
	  "write one connection as a packetdrill script" },
	{ OPTIONS_ROWS, OPT_ROWS, "rows", NULL, "one JSON row a connection, for a database" },
	{ OPTIONS_ROWS, OPT_JOIN_KEY, "join-key", "FILE",
	  "key of the machines of a fleet, to join both ends of a connection" },
	{ OPTIONS_ROWS, OPT_WITH_SEQUENCE, "with-sequence", NULL,
	  "rows with ISNs, sequence and acknowledgment numbers" },
	{ OPTIONS_CLEAR, OPT_CLEAR, "clear", NULL, "remove the filter: record all connections" },
	{ OPTIONS_RECORD, OPT_ROTATE_SIZE, "rotate-size", "SIZE",
	  "begin another file at this size: 500K, 100M, 2G" },
	{ OPTIONS_RECORD, OPT_ROTATE_EVERY, "rotate-every", "DURATION",
	  "begin another file each 1h, 1d, ... of the clock" },
	{ OPTIONS_RECORD, OPT_FILES, "files", "N", "keep the newest N files; they get numbers" },
	{ OPTIONS_RECORD, OPT_FREE_SPACE, "free-space", "SIZE",
	  "end when less is free on the file system" },
	{ OPTIONS_RECORD, OPT_TRIGGER, "trigger", "TAG[,...]",
	  "record only around one of these anomalies" },
	{ OPTIONS_RECORD, OPT_BEFORE, "before", "DURATION",
	  "with --trigger: connections that ended within (30s)" },
	{ OPTIONS_RECORD, OPT_AFTER, "after", "DURATION",
	  "with --trigger: go on for so long (30s)" },
	{ OPTIONS_SOURCE, OPT_FILE, "file", "FILE",
	  "read a kept file or set of files, not the kernel" },
	{ OPTIONS_SOURCE, OPT_EVICTED, "evicted", NULL,
	  "of a recording, also what was evicted before its end" },
	{ OPTIONS_SOURCE | OPTIONS_NAMESPACE, OPT_NETNS, "netns", "NAME",
	  "of this network namespace ('ip netns'), or inode number" },
	{ ANY, 'h', "help", NULL, "this help" },
	{ ANY, OPT_VERSION, "version", NULL, "version of this command" },
};

#define SPECS	ARRAY_SIZE(specs)

/*
 * What getopt_long() wants, of the options of these groups.
 */
static void tell_getopt(unsigned int groups, struct option *longs, char *shorts)
{
	unsigned int i;

	*shorts++ = ':';		/* report missing arguments as such */
	for (i = 0; i < SPECS; i++) {
		const struct spec *spec = &specs[i];

		if (!(spec->groups & groups) && spec->groups != ANY)
			continue;
		longs->name = spec->name;
		longs->has_arg = spec->arg ? required_argument : no_argument;
		longs->flag = NULL;
		longs->val = spec->value;
		longs++;
		if (spec->value >= OPT_FILE)
			continue;
		*shorts++ = (char)spec->value;
		if (spec->arg)
			*shorts++ = ':';
	}
	*shorts = '\0';
	memset(longs, 0, sizeof(*longs));
}

static int take_filter(struct filter *filter, int value, const char *arg)
{
	switch (value) {
	case '4':
		filter->ipv4 = true;
		return 0;
	case '6':
		filter->ipv6 = true;
		return 0;
	case 'p':
		return parse_list("process id", arg, INT32_MAX, &filter->pids);
	case 'L':
		return parse_list("port", arg, UINT16_MAX, &filter->lports);
	case 'D':
		return parse_list("port", arg, UINT16_MAX, &filter->rports);
	case OPT_ADDR:
		return parse_prefix(arg, filter);
	case OPT_STATE:
		return parse_words(&words_states, arg, &filter->states);
	case OPT_OUTCOME:
		return parse_words(&words_outcomes, arg, &filter->outcomes);
	case OPT_KIND:
		return parse_words(&words_kinds, arg, &filter->kinds);
	case OPT_ANOMALY:
		return parse_words(&words_anomalies, arg, &filter->anomalies);
	case OPT_COMM:
		filter->comm = arg;
		return 0;
	case OPT_UID:
		return parse_number("user id", arg, UINT32_MAX, &filter->uid);
	case OPT_CGROUP:
		return parse_number("cgroup id", arg, INT64_MAX, &filter->cgroup);
	case OPT_LIVE:
		filter->live = true;
		return 0;
	case OPT_HISTORY:
		filter->history = true;
		return 0;
	case OPT_SINCE:
		return parse_duration(arg, &filter->since_ns);
	default:
		return parse_duration(arg, &filter->older_ns);
	}
}

static int take_record(struct options_record *record, int value, const char *arg)
{
	switch (value) {
	case OPT_ROTATE_SIZE:
		return parse_size("size", arg, &record->rotate_size);
	case OPT_ROTATE_EVERY:
		return parse_duration(arg, &record->rotate_ns);
	case OPT_FILES:
		return parse_number("number of files", arg, INT32_MAX, &record->files);
	case OPT_FREE_SPACE:
		return parse_size("free space", arg, &record->free_space);
	case OPT_TRIGGER:
		return parse_words(&words_anomalies, arg, &record->triggers);
	case OPT_BEFORE:
		return parse_duration(arg, &record->before_ns);
	default:
		return parse_duration(arg, &record->after_ns);
	}
}

static int take_sort(struct options *options, const char *arg)
{
	struct word *list = memory_new(sort_count(), sizeof(*list));
	const struct words keys = { "sort key", list, sort_count() };
	unsigned int by;
	int status;

	for (by = 0; by < sort_count(); by++)
		if (sort_word(by))
			list[by].len = (unsigned char)snprintf(list[by].text, WORD_ROOM, "%s",
							       sort_word(by));
	status = parse_word(&keys, arg, &options->sort);
	options->sorted = true;
	free(list);
	return status;
}

static int take_limit(struct options *options, const char *arg)
{
	int64_t limit;

	if (parse_number("limit", arg, UINT32_MAX, &limit))
		return FAIL_USAGE;
	options->limit = (unsigned long)limit;
	return 0;
}

/* They are as long as the command line, which gives them. */
static int take_file(struct source *source, const char *arg)
{
	static const char *files[FILES_MOST];

	if (source->file_count == FILES_MOST)
		return fail_usage("too many files: want at most %d; give the name of a set",
				  FILES_MOST);
	files[source->file_count++] = arg;
	source->files = files;
	source->file = files[0];
	return 0;
}

static int take(struct options *options, int value, const char *arg)
{
	switch (value) {
	case OPT_SORT:
		return take_sort(options, arg);
	case OPT_LIMIT:
		return take_limit(options, arg);
	case OPT_REVERSE:
		options->reverse = true;
		return 0;
	case 'w':
		options->wide = true;
		return 0;
	case 't':
		options->clock = OPTIONS_CLOCK_RELATIVE;
		return 0;
	case 'T':
		options->clock = OPTIONS_CLOCK_WALL;
		return 0;
	case 'n':
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case OPT_OPENMETRICS:
		options->openmetrics = true;
		return 0;
	case OPT_PROMETHEUS:
		options->prometheus = true;
		return 0;
	case OPT_LOG:
		options->log = true;
		return 0;
	case OPT_ASCII:
		options->ascii = true;
		return 0;
	case OPT_ABSOLUTE:
		options->absolute = true;
		return 0;
	case OPT_SVG:
		options->svg = arg;
		return 0;
	case OPT_PCAPNG:
		options->pcapng = arg;
		return 0;
	case OPT_PACKETDRILL:
		options->packetdrill = arg;
		return 0;
	case OPT_ROWS:
		options->rows = true;
		return 0;
	case OPT_WITH_SEQUENCE:
		options->with_sequence = true;
		return 0;
	case OPT_JOIN_KEY:
		options->join_key = arg;
		return 0;
	case OPT_CLEAR:
		options->clear = true;
		return 0;
	case OPT_FILE:
		return take_file(&options->source, arg);
	case OPT_EVICTED:
		options->source.evicted = true;
		return 0;
	case OPT_NETNS:
		options->netns = arg;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case OPT_VERSION:
		options->version = true;
		return 0;
	default:
		return value >= OPT_ROTATE_SIZE ? take_record(&options->record, value, arg) :
						  take_filter(&options->filter, value, arg);
	}
}

static int fail_option(int value, char **argv)
{
	const char *given = argv[optind - 1];

	if (value == ':')
		return fail_usage("option '%s' wants an argument", given);
	if (optopt && !(strchr(given, '=') && !strncmp(given, "--", 2)))
		return fail_usage("unknown option '-%c'", optopt);
	if (optopt)
		return fail_usage("option '%s' takes no argument", given);
	return fail_usage("unknown or ambiguous option '%s'", given);
}

/**
 * options_parse - read the command line
 * @options: set to what it asks for
 * @groups: groups of options that the command takes
 * @argc: arguments, the name of the command first
 * @argv: the arguments
 *
 * Return: 0, or an exit status with the error reported.
 */
int options_parse(struct options *options, unsigned int groups, int argc, char **argv)
{
	struct option longs[SPECS + 1];
	char shorts[2 * SPECS + 2];
	int value, status;

	memset(options, 0, sizeof(*options));
	filter_init(&options->filter);
	options->record.before_ns = -1;
	options->record.after_ns = -1;
	tell_getopt(groups, longs, shorts);
	opterr = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (value == '?' || value == ':')
			return fail_option(value, argv);
		status = take(options, value, optarg);
		if (status)
			return status;
	}
	options->args = argv + optind;
	options->arg_count = argc - optind;
	if (!options->netns || options->help || options->version)
		return 0;
	return source_choose_netns(&options->source, options->netns);
}

/**
 * options_help - print the options of some groups, a line each
 * @groups: the groups
 */
void options_help(unsigned int groups)
{
	struct text *out = output_text();
	unsigned int i;

	for (i = 0; i < SPECS; i++) {
		const struct spec *spec = &specs[i];
		char name[64];

		if (!(spec->groups & groups) && spec->groups != ANY)
			continue;
		snprintf(name, sizeof(name), "--%s%s%s", spec->name,
			 spec->arg ? " " : "", spec->arg ? spec->arg : "");
		if (spec->value < OPT_FILE)
			text_printf(out, "  -%c, %-24s %s\n", spec->value, name, spec->help);
		else
			text_printf(out, "      %-24s %s\n", name, spec->help);
	}
}
