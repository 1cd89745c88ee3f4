// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/counters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"

#define ANOMALY		"anomalies_"
#define LOST		"lost_log_entries"

/* How many records have the anomaly of a line of stats, or how many entries they lost. */
static uint64_t noted_as(const struct ledger *ledger, const char *name)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ledger->n; i++)
		if (!strcmp(name, LOST))
			n += record_int(ledger->records[i], "log_dropped");
		else
			n += record_has_anomaly(ledger->records[i], name + strlen(ANOMALY));
	return n;
}

static uint64_t anomalies(const struct ledger *ledger)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ledger->n; i++)
		n += json_object_array_length(record_at(ledger->records[i], "anomalies"));
	return n;
}

/**
 * judge_counters - see that anomalies_* and lost_log_entries are the sums over all records
 * Return: how much is wrong; reported
 *
 * To be called when nothing moves, in a namespace that has evicted no record and
 * has not inherited any.
 */
int judge_counters(void)
{
	char *stats = read_all(LEDGER_PROC "/stats"), *rest = stats, *line;
	uint64_t counted, told = 0;
	struct ledger ledger;
	int wrong = 0, lines = 0;

	ledger_read(&ledger);
	while ((line = strsep(&rest, "\n"))) {
		char name[64];

		if (sscanf(line, "%63s %lu", name, &counted) != 2 ||
		    (strncmp(name, ANOMALY, strlen(ANOMALY)) && strcmp(name, LOST)))
			continue;
		lines++;
		if (strcmp(name, LOST))
			told += counted;
		if (counted == noted_as(&ledger, name))
			continue;
		say("stats: %s %lu, the records say %lu", name, counted, noted_as(&ledger, name));
		wrong++;
	}
	/* An anomaly without a line of its own. */
	if (lines < 2 || told != anomalies(&ledger)) {
		say("stats has %lu anomalies in %d lines, the records %lu", told, lines,
		    anomalies(&ledger));
		wrong++;
	}
	ledger_free(&ledger);
	free(stats);
	return wrong;
}
