// SPDX-License-Identifier: GPL-2.0
/* The histograms of the stats file count exactly the durations that the records tell. */
#include "lib/judge/histograms.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"
#include "lib/ledger/records.h"

/**
 * struct histogram - durations of one kind, as the records tell them
 * @name: what stats calls it
 * @n: how many durations
 * @ns: the durations
 */
struct histogram {
	const char *name;
	size_t n;
	int64_t *ns;
};

enum { HANDSHAKE, FIN_WAIT2, CLOSE_WAIT, TIME_WAIT, HISTOGRAMS };

static void add(struct histogram *h, int64_t ns)
{
	if (ns >= 0)
		h->ns[h->n++] = ns;
}

static void collect(struct histogram *h, const struct records *records)
{
	for (size_t i = 0; i < records->n; i++) {
		const struct tcpledger_record *rec = records->list[i];

		add(&h[HANDSHAKE], rec->handshake_ns);
		add(&h[FIN_WAIT2], rec->residence_ns[TCPLEDGER_STATE_FIN_WAIT2]);
		add(&h[CLOSE_WAIT], rec->residence_ns[TCPLEDGER_STATE_CLOSE_WAIT]);
		/* What is not measured is only a bound. */
		if (rec->flags & TCPLEDGER_REC_RESIDENCE_EXACT)
			add(&h[TIME_WAIT], rec->tw_residence_ns);
	}
}

static size_t count_between(const struct histogram *h, int64_t above, int64_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += h->ns[i] > above && h->ns[i] <= most;
	return n;
}

/* A timer wheel ends 2MSL up to five seconds late; who reads must see how late. */
#define AROUND_FROM	58000000000LL
#define AROUND_TO	66000000000LL
#define AROUND_WIDEST	1000000000LL

static int judge_width(const struct histogram *h, int64_t above, int64_t most)
{
	if (strcmp(h->name, "time_wait") || most <= AROUND_FROM || above >= AROUND_TO ||
	    most - above <= AROUND_WIDEST)
		return 0;
	say("hist_%s_%lld is wider than a second", h->name, (long long)most);
	return 1;
}

/* One histogram: lines "hist_NAME_LIMIT COUNT", the limits ascending, "inf" last. */
static int judge_one(const char *stats, struct histogram *h)
{
	char prefix[32], limit[32];
	int64_t above = -1, most;
	unsigned long long count;
	size_t wanted, total = 0;
	const char *line = stats;
	int wrong = 0;

	snprintf(prefix, sizeof(prefix), "hist_%s_", h->name);
	for (; (line = strstr(line, prefix)); line += strlen(prefix)) {
		if (sscanf(line + strlen(prefix), "%31s %llu", limit, &count) != 2)
			die("stats: %.40s", line);
		most = strcmp(limit, "inf") ? atoll(limit) : INT64_MAX;
		wanted = count_between(h, above, most);
		if (count != wanted) {
			say("%s%s is %llu, the records have %zu", prefix, limit, count, wanted);
			wrong++;
		}
		wrong += judge_width(h, above, most);
		total += count;
		above = most;
	}
	if (total != h->n) {
		say("%s* counts %zu, the records have %zu", prefix, total, h->n);
		wrong++;
	}
	return wrong;
}

/**
 * judge_histograms - compare the histograms of this namespace with its records
 * Return: how much is wrong
 *
 * For a namespace none of whose records was evicted.
 */
int judge_histograms(void)
{
	struct histogram h[HISTOGRAMS] = {
		{ .name = "handshake" }, { .name = "fin_wait2" }, { .name = "close_wait" },
		{ .name = "time_wait" },
	};
	char *stats = read_all(LEDGER_PROC "/stats");
	struct records records;
	int wrong = 0;

	records_read(&records);
	for (int i = 0; i < HISTOGRAMS; i++) {
		h[i].ns = calloc(records.n + 1, sizeof(*h[i].ns));
		if (!h[i].ns)
			die("no memory");
	}
	collect(h, &records);
	for (int i = 0; i < HISTOGRAMS; i++) {
		wrong += judge_one(stats, &h[i]);
		free(h[i].ns);
	}
	records_free(&records);
	free(stats);
	return wrong;
}
