// SPDX-License-Identifier: GPL-2.0
/*
 * The stats file is flat; OpenMetrics and the text format of Prometheus that is older
 * have families of samples with labels.
 * The rules below tell which names belong together: all that begin alike are
 * one family, and the rest of the name is the value of its label. What a label
 * parts must add up, so a count that another one contains is a family of its own.
 */
#include "present/print/metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"

enum family_type {
	FAMILY_GAUGE,
	FAMILY_COUNTER,
	FAMILY_INFO,
	FAMILY_HISTOGRAM,
	FAMILY_UNKNOWN,
};

static const struct rule {
	const char		*prefix;
	const char		*family;	/* behind tcpledger_ */
	const char		*label;		/* NULL: the prefix is the whole name */
	enum family_type	type;
	const char		*help;
} rules[] = {
	{ "records_created", "records_made", NULL, FAMILY_COUNTER, "Records made." },
	{ "records_total", "records_held", NULL, FAMILY_GAUGE, "Records held, all together." },
	{ "records_time_wait", "records_time_wait", NULL, FAMILY_GAUGE,
	  "Live records in TIME_WAIT." },
	{ "records_embryonic", "records_embryonic", NULL, FAMILY_GAUGE,
	  "Live records not yet established." },
	{ "records_never_established", "records_never_established", NULL, FAMILY_GAUGE,
	  "Ended records that never were established." },
	{ "records_", "records", "state", FAMILY_GAUGE, "Records held." },
	{ "memory_bytes", "memory_bytes", NULL, FAMILY_GAUGE, "Memory that records take." },
	{ "evicted_pressure", "evicted_pressure", NULL, FAMILY_COUNTER,
	  "Of the evicted records those that the kernel was short of memory for." },
	{ "evicted_", "evicted", "cause", FAMILY_COUNTER, "Records evicted to make room." },
	{ "not_kept_", "not_kept", "cause", FAMILY_COUNTER,
	  "Connections of which no record was kept." },
	{ "disabled", "disabled", NULL, FAMILY_COUNTER,
	  "Connections not recorded, as recording was off." },
	{ "filtered", "filtered", NULL, FAMILY_COUNTER,
	  "Connections that the filter does not take." },
	{ "shed", "shed", NULL, FAMILY_COUNTER, "SYNs of a flood, not recorded." },
	{ "events_", "events", "type", FAMILY_COUNTER, "Events seen." },
	{ "segments_", "segments", "dir", FAMILY_COUNTER, "Segments looked at." },
	{ "state_changes", "state_changes", NULL, FAMILY_COUNTER, "State changes seen." },
	{ "timewait_events", "timewait_events", NULL, FAMILY_COUNTER,
	  "Entries, restarts and exits of TIME_WAIT." },
	{ "stray_segments", "stray_segments", NULL, FAMILY_COUNTER,
	  "Segments of no known connection." },
	{ "malformed_segments", "malformed_segments", NULL, FAMILY_COUNTER,
	  "Segments whose header contradicts itself." },
	{ "partial_records", "partial_records", NULL, FAMILY_COUNTER,
	  "Records whose beginning was not seen." },
	{ "adopted_records", "adopted_records", NULL, FAMILY_COUNTER,
	  "Records of connections older than the module." },
	{ "stream_readers", "stream_readers", NULL, FAMILY_GAUGE, "Readers of the live stream." },
	{ "stream_events", "stream_events", NULL, FAMILY_COUNTER,
	  "Events told while somebody read the live stream." },
	{ "stream_lost", "stream_lost", NULL, FAMILY_COUNTER,
	  "Events that readers of the live stream did not get, as they were too slow." },
	{ "lost_", "lost", "cause", FAMILY_COUNTER, "Events lost." },
	{ "opens_", "opens", "outcome", FAMILY_COUNTER, "Openings by their outcome." },
	{ "closes_", "closes", "kind", FAMILY_COUNTER, "Closings by their kind." },
	{ "time_wait_exits_", "time_wait_exits", "exit", FAMILY_COUNTER,
	  "Ends of TIME_WAIT by their reason." },
	{ "anomalies_", "anomalies", "tag", FAMILY_COUNTER, "Anomalies noticed." },
	{ "missed_probes", "missed_probes", NULL, FAMILY_COUNTER, "Probes that could not run." },
	{ "missed_", "missed", "what", FAMILY_COUNTER,
	  "Changes that were found by looking, not when they happened." },
	{ "method_", "method", "of", FAMILY_INFO, "Ways of observation in force." },
	{ "hist_handshake_", "handshake", NULL, FAMILY_HISTOGRAM,
	  "From the first SYN to ESTABLISHED." },
	{ "hist_fin_wait2_", "fin_wait2", NULL, FAMILY_HISTOGRAM, "Stays in FIN_WAIT2." },
	{ "hist_close_wait_", "close_wait", NULL, FAMILY_HISTOGRAM, "Stays in CLOSE_WAIT." },
	{ "hist_time_wait_", "time_wait", NULL, FAMILY_HISTOGRAM,
	  "Measured stays in TIME_WAIT." },
	{ "hist_", NULL, NULL, FAMILY_HISTOGRAM, "Durations that a later release counts." },
};

/* What OpenMetrics puts behind the name of a family to name its samples. */
static const char *const suffixes[] = {
	"_total", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum", "_info",
};

#define RULES	ARRAY_SIZE(rules)

/*
 * hist_WHAT_BOUND: what is before the last '_' names the histogram. Returns
 * its length in the name, with hist_.
 */
static size_t histogram_len(const char *name)
{
	return (size_t)(strrchr(name, '_') - name);
}

static const struct rule *find_rule(const char *name)
{
	unsigned int i;

	for (i = 0; i < RULES; i++) {
		size_t len = strlen(rules[i].prefix);
		bool open = rules[i].label || rules[i].type == FAMILY_HISTOGRAM;

		if (strncmp(name, rules[i].prefix, len) || (open ? !name[len] : name[len]))
			continue;
		if (rules[i].type != FAMILY_HISTOGRAM || histogram_len(name) >= strlen("hist_"))
			return &rules[i];
	}
	return NULL;
}

/**
 * metrics_add - add a line
 * @metrics: where
 * @name: name; must outlive @metrics
 * @text: value; likewise
 */
void metrics_add(struct metrics *metrics, const char *name, const char *text)
{
	struct metric *metric;
	char *end;

	metrics->items = memory_grow(metrics->items, metrics->count, &metrics->room,
				     sizeof(*metrics->items));
	metric = &metrics->items[metrics->count++];
	metric->name = name;
	metric->text = text;
	errno = 0;
	metric->number = strtoull(text, &end, 10);
	metric->is_number = *text >= '0' && *text <= '9' && !*end && !errno;
}

/* In seconds, from a bound in nanoseconds. */
static void add_bound(struct text *out, uint64_t ns)
{
	text_unsigned(out, ns / 1000000000);
	text_char(out, '.');
	text_digits(out, ns % 1000000000, 9);
}

static void add_family_head(enum metrics_format format, const char *family, const char *suffix,
			    enum family_type type, const char *help)
{
	static const struct type {
		const char	*openmetrics;
		const char	*prometheus;
		const char	*sample;	/* what a sample has behind the family's name */
	} types[] = {
		[FAMILY_GAUGE] = { "gauge", "gauge", "" },
		[FAMILY_COUNTER] = { "counter", "counter", "_total" },
		[FAMILY_INFO] = { "info", "gauge", "_info" },
		[FAMILY_HISTOGRAM] = { "histogram", "histogram", "" },
		[FAMILY_UNKNOWN] = { "unknown", "untyped", "" },
	};
	bool older = format == METRICS_PROMETHEUS;
	const char *sample = older ? types[type].sample : "";
	struct text *out = output_text();

	text_printf(out, "# TYPE tcpledger_%s%s%s %s\n", family, suffix, sample,
		    older ? types[type].prometheus : types[type].openmetrics);
	text_printf(out, "# HELP tcpledger_%s%s%s %s\n", family, suffix, sample, help);
}

/* A label's value may hold anything but a raw quote, backslash or newline. */
static void add_label(struct text *out, const char *label, const char *value)
{
	struct text clean = { 0 };
	size_t i;

	escape_utf8(&clean, value);
	text_printf(out, "%s=\"", label);
	for (i = 0; i < clean.len; i++) {
		char c = clean.bytes[i];

		if (c == '"' || c == '\\')
			text_char(out, '\\');
		text_char(out, c);
	}
	text_char(out, '"');
	text_free(&clean);
}

static void print_sample(const struct rule *rule, const struct metric *metric)
{
	struct text *out = output_text();
	const char *rest = metric->name + strlen(rule->prefix);

	if (rule->type != FAMILY_INFO && !metric->is_number)
		return;
	text_printf(out, "tcpledger_%s", rule->family);
	if (rule->type == FAMILY_COUNTER)
		text_string(out, "_total");
	if (rule->type == FAMILY_INFO) {
		text_string(out, "_info{");
		add_label(out, rule->label, rest);
		text_char(out, ',');
		add_label(out, "method", metric->text);
		text_string(out, "} 1\n");
		return;
	}
	if (rule->label) {
		text_char(out, '{');
		add_label(out, rule->label, rest);
		text_char(out, '}');
	}
	text_char(out, ' ');
	text_unsigned(out, metric->number);
	text_char(out, '\n');
}

static void print_family(const struct metrics *metrics, enum metrics_format format,
			 const struct rule *rule)
{
	size_t i;

	add_family_head(format, rule->family, "", rule->type, rule->help);
	for (i = 0; i < metrics->count; i++)
		if (find_rule(metrics->items[i].name) == rule)
			print_sample(rule, &metrics->items[i]);
}

static bool same_histogram(const char *a, const char *b)
{
	size_t len = histogram_len(a);

	return find_rule(b) && find_rule(b)->type == FAMILY_HISTOGRAM &&
	       histogram_len(b) == len && !strncmp(a, b, len);
}

static int compare_bounds(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (x[0] > y[0]) - (x[0] < y[0]);
}

static void print_histogram_head(enum metrics_format format, const struct rule *rule,
				 const char *name)
{
	struct text family = { 0 };

	text_bytes(&family, name + strlen("hist_"), histogram_len(name) - strlen("hist_"));
	add_family_head(format, text_terminated(&family), "_seconds", FAMILY_HISTOGRAM,
			rule->help);
	if (format == METRICS_OPENMETRICS)
		text_printf(output_text(), "# UNIT tcpledger_%s_seconds seconds\n",
			    text_terminated(&family));
	text_free(&family);
}

/*
 * One histogram: its buckets in order, each with what is below it as well. The bound
 * that is no number is infinity. The older format wants the sum of all values, which
 * nobody counts; where it is left out, node_exporter would say that it is 0.
 */
static void print_histogram(const struct metrics *metrics, enum metrics_format format,
			    const struct rule *rule, size_t first)
{
	const char *name = metrics->items[first].name;
	int len = (int)histogram_len(name) - 5;
	struct text *out = output_text();
	uint64_t (*buckets)[2] = memory_new(metrics->count, sizeof(*buckets));
	uint64_t sum = 0;
	size_t i, n = 0;

	for (i = first; i < metrics->count; i++) {
		const struct metric *metric = &metrics->items[i];
		char *end;

		if (!metric->is_number || !same_histogram(name, metric->name))
			continue;
		buckets[n][0] = strtoull(metric->name + histogram_len(name) + 1, &end, 10);
		if (*end)
			buckets[n][0] = UINT64_MAX;
		buckets[n++][1] = metric->number;
	}
	qsort(buckets, n, sizeof(*buckets), compare_bounds);
	print_histogram_head(format, rule, name);
	for (i = 0; i < n; i++) {
		sum += buckets[i][1];
		if (buckets[i][0] == UINT64_MAX)
			continue;
		text_printf(out, "tcpledger_%.*s_seconds_bucket{le=\"", len, name + 5);
		add_bound(out, buckets[i][0]);
		text_printf(out, "\"} %llu\n", (unsigned long long)sum);
	}
	text_printf(out, "tcpledger_%.*s_seconds_bucket{le=\"+Inf\"} %llu\n", len, name + 5,
		    (unsigned long long)sum);
	if (format == METRICS_PROMETHEUS) {
		text_printf(out, "tcpledger_%.*s_seconds_sum NaN\n", len, name + 5);
		text_printf(out, "tcpledger_%.*s_seconds_count %llu\n", len, name + 5,
			    (unsigned long long)sum);
	}
	free(buckets);
}

static bool is_first(const struct metrics *metrics, size_t i, const struct rule *rule)
{
	size_t j;

	for (j = 0; j < i; j++) {
		const char *name = metrics->items[j].name;

		if (rule->type == FAMILY_HISTOGRAM ?
		    same_histogram(metrics->items[i].name, name) : find_rule(name) == rule)
			return false;
	}
	return true;
}

/* What makes a name that ends like a sample's the name of a family. */
static const char *find_escape(const char *name)
{
	size_t len = strlen(name);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		size_t n = strlen(suffixes[i]);

		if (len > n && !strcmp(name + len - n, suffixes[i]))
			return "_value";
	}
	return "";
}

static void print_unknown(const struct metric *metric, enum metrics_format format)
{
	static const char help[] = "Something that a later release counts.";
	const char *escape = find_escape(metric->name);
	struct text *out = output_text();

	if (metric->is_number) {
		add_family_head(format, metric->name, escape, FAMILY_UNKNOWN, help);
		text_printf(out, "tcpledger_%s%s %llu\n", metric->name, escape,
			    (unsigned long long)metric->number);
		return;
	}
	add_family_head(format, metric->name, escape, FAMILY_INFO, help);
	text_printf(out, "tcpledger_%s%s_info{", metric->name, escape);
	add_label(out, "value", metric->text);
	text_string(out, "} 1\n");
}

/**
 * metrics_print - print all as text that Prometheus reads
 * @metrics: the lines
 * @format: how
 *
 * A name that no rule knows is a family of its own, of type unknown.
 */
void metrics_print(const struct metrics *metrics, enum metrics_format format)
{
	size_t i;

	for (i = 0; i < metrics->count; i++) {
		const struct rule *rule = find_rule(metrics->items[i].name);

		if (!rule)
			print_unknown(&metrics->items[i], format);
		else if (!is_first(metrics, i, rule))
			continue;
		else if (rule->type == FAMILY_HISTOGRAM)
			print_histogram(metrics, format, rule, i);
		else
			print_family(metrics, format, rule);
	}
	if (format == METRICS_OPENMETRICS)
		text_string(output_text(), "# EOF\n");
}

/**
 * metrics_free - forget all
 * @metrics: the lines
 */
void metrics_free(struct metrics *metrics)
{
	free(metrics->items);
	memset(metrics, 0, sizeof(*metrics));
}
