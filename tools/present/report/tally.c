// SPDX-License-Identifier: GPL-2.0
#include "present/report/tally.h"

#include <stdlib.h>
#include <string.h>

#include "present/diagram/diagram.h"

/**
 * tally_begin - begin to count
 * @tally: set to nothing
 */
void tally_begin(struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	tally->first = -1;
	tally->last = -1;
}

/* Of a connection with two records, each segment is counted with its sender's. */
static void add_segments(struct tally *tally, const struct diagram *diagram)
{
	bool paired = diagram->end[DIAGRAM_RIGHT].record;
	unsigned int i;

	tally->paired += paired;
	for (i = 0; i < diagram->arrow_count; i++) {
		const struct diagram_arrow *arrow = &diagram->arrows[i];

		if (arrow->from == DIAGRAM_RIGHT && paired)
			continue;
		tally->lost += arrow->delivery == DIAGRAM_LOST;
		tally->repeated += arrow->retransmitted;
	}
}

static void add_duration(struct tally_spread *spread, int64_t ns)
{
	if (ns >= 0)
		text_bytes(&spread->values, &ns, sizeof(ns));
}

/**
 * tally_add - count a record
 * @tally: to add to
 * @record: a checked record
 * @diagram: its diagram
 */
void tally_add(struct tally *tally, const struct record *record, const struct diagram *diagram)
{
	const struct tcpledger_record *r = &record->fixed;
	unsigned int tag;

	tally->records++;
	tally->live += !!(r->flags & TCPLEDGER_REC_LIVE);
	tally->outcomes[r->outcome]++;
	tally->kinds[r->kind]++;
	for (tag = 0; tag < RECORD_VALUES; tag++)
		tally->anomalies[tag] += r->anomalies >> tag & 1;
	add_segments(tally, diagram);
	add_duration(&tally->handshakes, r->handshake_ns);
	if (r->flags & TCPLEDGER_REC_RESIDENCE_EXACT && r->tw_exit == TCPLEDGER_EXIT_EXPIRED)
		add_duration(&tally->waits, r->tw_residence_ns);
	if (r->opened_at < 0)
		return;
	if (tally->first < 0 || r->opened_at < tally->first)
		tally->first = r->opened_at;
	if (r->opened_at > tally->last)
		tally->last = r->opened_at;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

/**
 * tally_sort - all have been counted
 * @tally: the counts
 */
void tally_sort(struct tally *tally)
{
	struct tally_spread *spreads[] = { &tally->handshakes, &tally->waits };
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (spreads[i]->values.len)
			qsort(spreads[i]->values.bytes, tally_count(spreads[i]), sizeof(int64_t),
			      compare);
}

/**
 * tally_count - how many durations there are
 * @spread: the durations
 *
 * Return: how many.
 */
size_t tally_count(const struct tally_spread *spread)
{
	return spread->values.len / sizeof(int64_t);
}

/**
 * tally_quantile - the duration that so many are not longer than
 * @spread: sorted durations, at least one
 * @percent: 0 for the shortest, 50 for the median, 100 for the longest
 *
 * Return: nanoseconds.
 */
int64_t tally_quantile(const struct tally_spread *spread, unsigned int percent)
{
	size_t at = (tally_count(spread) - 1) * percent / 100;
	int64_t ns;

	memcpy(&ns, spread->values.bytes + at * sizeof(ns), sizeof(ns));
	return ns;
}

/**
 * tally_failed - openings that came to nothing
 * @tally: the counts
 *
 * Return: how many.
 */
uint64_t tally_failed(const struct tally *tally)
{
	return tally->records - tally->outcomes[TCPLEDGER_OUTCOME_ESTABLISHED] -
	       tally->outcomes[TCPLEDGER_OUTCOME_IN_PROGRESS];
}

/**
 * tally_aborted - established connections that were not closed gracefully
 * @tally: the counts
 *
 * Return: how many.
 */
uint64_t tally_aborted(const struct tally *tally)
{
	return tally->kinds[TCPLEDGER_KIND_RESET] + tally->kinds[TCPLEDGER_KIND_TIMED_OUT];
}

/**
 * tally_free - forget the counts
 * @tally: the counts
 */
void tally_free(struct tally *tally)
{
	text_free(&tally->handshakes.values);
	text_free(&tally->waits.values);
}
