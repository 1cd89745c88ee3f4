// SPDX-License-Identifier: GPL-2.0
#include "meaning/arrivals.h"

#include <stdlib.h>

#include "base/memory.h"
#include "read/entry.h"
#include "read/record.h"

/* Flags that a router may set on the way (ECN) do not tell segments apart. */
#define SAME_FLAGS	(TCPLEDGER_FIN | TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK)

/**
 * arrivals_when - the moment of an entry on the clock that all records share
 * @record: a checked record
 * @entry: an entry of its log
 *
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
int64_t arrivals_when(const struct record *record, const struct tcpledger_entry *entry)
{
	int64_t when;

	/* Only a damaged file has such a moment. */
	if (__builtin_add_overflow(record->fixed.base_ns, entry->t_ns, &when))
		return entry->t_ns < 0 ? INT64_MIN : INT64_MAX;
	return when;
}

static int compare(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/**
 * arrivals_compare - an order in which those stand together that may be one segment
 * @a: a segment
 * @b: another
 *
 * The end of the payload counts, not its beginning: it may be cut into several
 * segments, or joined, on the way.
 *
 * Return: 0 if nothing but their beginning and the time tells them apart.
 */
int arrivals_compare(const struct tcpledger_entry *a, const struct tcpledger_entry *b)
{
	int order = compare(entry_end(a), entry_end(b));

	if (!order)
		order = compare(a->ack, b->ack);
	return order ? order : compare(a->flags & SAME_FLAGS, b->flags & SAME_FLAGS);
}

/**
 * arrivals_is_same - whether a segment that came may be one that left
 * @out: as it left
 * @in: as it came
 *
 * Return: true if nothing but the time speaks against it.
 */
bool arrivals_is_same(const struct tcpledger_entry *out, const struct tcpledger_entry *in)
{
	return (out->seq == in->seq || out->len) && !arrivals_compare(out, in);
}

static bool may_be(const struct arrivals_segment *out, const struct arrivals_segment *in)
{
	return out->when_ns <= in->when_ns && arrivals_is_same(out->entry, in->entry);
}

/* Returns how many have a match. */
static size_t match_last(struct arrivals_segment *sent, size_t sent_count,
			 struct arrivals_segment *received, size_t received_count)
{
	size_t i, j, matched = 0;

	for (j = received_count; j-- > 0; ) {
		while (sent_count && sent[sent_count - 1].other >= 0)
			sent_count--;
		for (i = sent_count; i-- > 0; ) {
			if (sent[i].other >= 0 || !may_be(&sent[i], &received[j]))
				continue;
			sent[i].other = (int)j;
			received[j].other = (int)i;
			matched++;
			break;
		}
	}
	return matched;
}

/*
 * The network may duplicate a segment, which then arrives more than once. The first
 * arrival is the segment that left, later ones are the copies: pair the departure with
 * the first.
 */
static void prefer_first(struct arrivals_segment *sent, struct arrivals_segment *received,
			 size_t received_count)
{
	size_t j, k;

	for (j = 0; j < received_count; j++)
		for (k = j + 1; k < received_count && received[j].other < 0; k++) {
			int i = received[k].other;

			if (i < 0 || !may_be(&sent[i], &received[j]))
				continue;
			received[j].other = i;
			received[k].other = -1;
			sent[i].other = (int)j;
		}
}

/**
 * arrivals_match - find the arrivals of what was sent
 * @sent: segments that left one end, in order
 * @sent_count: how many
 * @received: segments that came to the other, in order
 * @received_count: how many
 *
 * None arrives before it left. Of equal segments, those that were lost are the
 * earlier ones: the last to come is the last that left in time, and so on
 * backwards in order.
 */
void arrivals_match(struct arrivals_segment *sent, size_t sent_count,
		    struct arrivals_segment *received, size_t received_count)
{
	size_t i;

	for (i = 0; i < sent_count; i++)
		sent[i].other = -1;
	for (i = 0; i < received_count; i++)
		received[i].other = -1;
	if (match_last(sent, sent_count, received, received_count))
		prefer_first(sent, received, received_count);
}

/* Returns how many there are. */
static size_t take(const struct record *record, enum tcpledger_entry_type type,
		   struct arrivals_segment *list, int *matches)
{
	size_t i, count = 0;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		matches[i] = -1;
		if (e->type == type)
			list[count++] = (struct arrivals_segment) {
				.entry = e, .when_ns = arrivals_when(record, e), .place = i,
			};
	}
	return count;
}

/**
 * arrivals_between - find the arrivals of what one record tells as sent in another
 * @from: record of the sender
 * @to: record of the receiver, may be the same
 * @arrives: for each entry of the sender: the receiver's entry, or -1
 * @departs: the other way round
 */
void arrivals_between(const struct record *from, const struct record *to, int *arrives,
		      int *departs)
{
	struct arrivals_segment *sent = memory_new(from->fixed.log_n, sizeof(*sent));
	struct arrivals_segment *received = memory_new(to->fixed.log_n, sizeof(*received));
	size_t sent_count = take(from, TCPLEDGER_ENTRY_OUT, sent, arrives);
	size_t received_count = take(to, TCPLEDGER_ENTRY_IN, received, departs);
	size_t i;

	arrivals_match(sent, sent_count, received, received_count);
	for (i = 0; i < sent_count; i++) {
		if (sent[i].other < 0)
			continue;
		arrives[sent[i].place] = (int)received[sent[i].other].place;
		departs[received[sent[i].other].place] = (int)sent[i].place;
	}
	free(sent);
	free(received);
}
