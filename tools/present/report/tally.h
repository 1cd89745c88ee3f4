/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What many records have in common, counted. Pure.
 */
#ifndef TCPLEDGER_TALLY_H
#define TCPLEDGER_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "read/record.h"

struct diagram;

/**
 * struct tally_spread - durations
 * @values: they, as int64_t
 */
struct tally_spread {
	struct text	values;
};

/**
 * struct tally - counts, all zero when empty
 * @records: how many records
 * @live: of them not ended
 * @outcomes: by enum tcpledger_outcome
 * @kinds: by enum tcpledger_kind
 * @anomalies: by enum tcpledger_anomaly
 * @lost: segments that left an end and, as the other end's log proves, never arrived
 * @paired: records whose other end is known, so that a loss can be seen
 * @repeated: SYNs and FINs that were sent again
 * @handshakes: from the first SYN to ESTABLISHED
 * @waits: measured times in TIME_WAIT
 * @first: CLOCK_REALTIME of the first opening, -1 if unknown
 * @last: of the last
 */
struct tally {
	uint64_t		records, live;
	uint64_t		outcomes[RECORD_VALUES];
	uint64_t		kinds[RECORD_VALUES];
	uint64_t		anomalies[RECORD_VALUES];
	uint64_t		lost, paired, repeated;
	struct tally_spread	handshakes, waits;
	int64_t			first, last;
};

void tally_begin(struct tally *tally);
void tally_add(struct tally *tally, const struct record *record, const struct diagram *diagram);
void tally_sort(struct tally *tally);
size_t tally_count(const struct tally_spread *spread);
int64_t tally_quantile(const struct tally_spread *spread, unsigned int percent);
uint64_t tally_failed(const struct tally *tally);
uint64_t tally_aborted(const struct tally *tally);
void tally_free(struct tally *tally);

#endif
