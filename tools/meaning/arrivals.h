/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which segment that came is which of those that left. A diagram asks it of the
 * two records of a connection, a capture also of all that a tuple was used for.
 * Pure.
 */
#ifndef TCPLEDGER_ARRIVALS_H
#define TCPLEDGER_ARRIVALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;
struct tcpledger_entry;

/**
 * struct arrivals_segment - a segment as one end logged it
 * @entry: its entry
 * @when_ns: CLOCK_MONOTONIC, which both ends share
 * @place: number of the entry in its log, or whatever the caller knows it by
 * @other: set to the index in the other list, -1 if it has no match there
 */
struct arrivals_segment {
	const struct tcpledger_entry	*entry;
	int64_t				when_ns;
	size_t				place;
	int				other;
};

int64_t arrivals_when(const struct record *record, const struct tcpledger_entry *entry);
int arrivals_compare(const struct tcpledger_entry *a, const struct tcpledger_entry *b);
bool arrivals_is_same(const struct tcpledger_entry *out, const struct tcpledger_entry *in);
void arrivals_match(struct arrivals_segment *sent, size_t sent_count,
		    struct arrivals_segment *received, size_t received_count);
void arrivals_between(const struct record *from, const struct record *to, int *arrives,
		      int *departs);

#endif
