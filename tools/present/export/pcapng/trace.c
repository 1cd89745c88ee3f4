// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/trace.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "present/export/pcapng/packet.h"
#include "present/export/pcapng/payload_gaps.h"
#include "present/export/pcapng/trace_join.h"
#include "meaning/arrivals.h"
#include "read/entry.h"
#include "read/moment.h"
#include "read/record.h"

#define SAME_MOMENT_NS	1000000		/* an event logged twice */

/**
 * trace_add - take a record
 * @trace: where to; all zero at first
 * @record: a checked record; a copy is kept
 */
void trace_add(struct trace *trace, const struct record *record)
{
	size_t log = record->fixed.log_n * sizeof(*record->log);
	struct record *copy = memory_new(1, sizeof(*copy) + log);

	*copy = *record;
	copy->log = (void *)(copy + 1);
	if (log)
		memcpy(copy->log, record->log, log);
	trace->records = memory_grow(trace->records, trace->count, &trace->room,
				     sizeof(*trace->records));
	trace->records[trace->count++] = copy;
}

static struct packet *add_packet(struct trace *trace)
{
	struct packet *packet;

	trace->packets = memory_grow(trace->packets, trace->packet_count, &trace->packet_room,
				     sizeof(*trace->packets));
	packet = &trace->packets[trace->packet_count];
	memset(packet, 0, sizeof(*packet));
	packet->order = trace->packet_count++;
	packet->out = -1;
	packet->in = -1;
	return packet;
}

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_tuples(const void *a, const void *b)
{
	const struct tcpledger_record *x = &(*(struct record *const *)a)->fixed;
	const struct tcpledger_record *y = &(*(struct record *const *)b)->fixed;
	int order = compare_u64(x->netns, y->netns);

	if (!order)
		order = memcmp(x->local, y->local, sizeof(x->local));
	if (!order)
		order = memcmp(x->remote, y->remote, sizeof(x->remote));
	if (!order)
		order = compare_u64((uint64_t)x->lport << 16 | x->rport,
				    (uint64_t)y->lport << 16 | y->rport);
	return order ? order : compare_u64(x->id, y->id);
}

static bool is_same_tuple(const struct tcpledger_record *a, const struct tcpledger_record *b)
{
	return a->netns == b->netns && a->lport == b->lport && a->rport == b->rport &&
	       !memcmp(a->local, b->local, sizeof(a->local)) &&
	       !memcmp(a->remote, b->remote, sizeof(a->remote));
}

/* The first record, by tuple, that is not before @wanted. */
static size_t find_tuple(const struct trace *trace, const struct record *wanted)
{
	size_t from = 0, to = trace->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_tuples(&trace->records[middle], &wanted) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const struct record *find_mirror(const struct trace *trace, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct record key = { .fixed = { .netns = r->netns, .flags = r->flags,
					 .lport = r->rport, .rport = r->lport } };
	size_t i;

	memcpy(key.fixed.local, r->remote, sizeof(r->remote));
	memcpy(key.fixed.remote, r->local, sizeof(r->local));
	for (i = find_tuple(trace, &key);
	     i < trace->count && is_same_tuple(&key.fixed, &trace->records[i]->fixed); i++)
		if (record_is_other_end(record, trace->records[i]))
			return trace->records[i];
	return NULL;
}

/*
 * The record of the other endpoint in this namespace: another one, or for a
 * self-connect the record itself; NULL if it is not here. A record that ended
 * at once may not have learnt its peer_id.
 */
static const struct record *find_peer(const struct trace *trace, const struct record *record)
{
	const struct record *peer;

	if (record_is_self_connect(record))
		return record;
	peer = find_mirror(trace, record);
	return peer && find_mirror(trace, peer) == record ? peer : NULL;
}

static int64_t moment(const struct record *record, int64_t t_ns)
{
	int64_t when;

	if (!moment_after(record->fixed.opened_at, t_ns, &when) || when < 0)
		return 0;
	return when;
}

static bool is_same(const struct tcpledger_entry *a, const struct tcpledger_entry *b)
{
	return a->seq == b->seq && a->ack == b->ack && a->len == b->len && a->flags == b->flags;
}

/* What left @from for @to, which may have no record. */
static void add_sent(struct trace *trace, const struct record *from, const struct record *to,
		     const int *arrives)
{
	unsigned int i;

	for (i = 0; i < from->fixed.log_n; i++) {
		struct packet *packet;

		if (from->log[i].type != TCPLEDGER_ENTRY_OUT)
			continue;
		packet = add_packet(trace);
		packet->time_ns = moment(from, from->log[i].t_ns);
		packet->order = i;
		packet->entry = from->log[i];
		packet->sender = from;
		packet->out = (int)i;
		packet->in = arrives[i];
		if (arrives[i] >= 0)
			packet->receiver = to;
	}
}

/* What came to @to and was not logged as sent. */
static void add_received(struct trace *trace, const struct record *to, const int *departs)
{
	unsigned int i;

	for (i = 0; i < to->fixed.log_n; i++) {
		struct packet *packet;

		if (to->log[i].type != TCPLEDGER_ENTRY_IN || departs[i] >= 0)
			continue;
		packet = add_packet(trace);
		packet->time_ns = moment(to, to->log[i].t_ns);
		packet->order = i;
		packet->entry = to->log[i];
		packet->receiver = to;
		packet->in = (int)i;
	}
}

static int compare_times(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return compare_u64(x->order, y->order);
}

static void sort_packets(struct packet *packets, size_t count)
{
	if (count)
		qsort(packets, count, sizeof(*packets), compare_times);
}

static void insert(struct trace *trace, const struct packet *packet)
{
	*add_packet(trace) = *packet;
}

/* Put segments that stand in for unlogged payload between the packets. */
static void fill_gaps(struct trace *trace, size_t first, const struct record *record,
		      const struct record *peer)
{
	size_t count = trace->packet_count - first, i;
	struct packet *packets, extra;
	struct payload_gaps gaps;

	if (!count)
		return;
	packets = memory_new(count, sizeof(*packets));
	memcpy(packets, trace->packets + first, count * sizeof(*packets));
	trace->packet_count = first;
	payload_gaps_begin(&gaps, record, peer);
	for (i = 0; i < count; i++) {
		while (payload_gaps_before(&gaps, &packets[i], &extra))
			insert(trace, &extra);
		payload_gaps_take(&gaps, &packets[i]);
		insert(trace, &packets[i]);
	}
	while (payload_gaps_after(&gaps, &packets[count - 1], &extra))
		insert(trace, &extra);
	free(packets);
}

/* For each entry of a log the matching entry of the other end's log, none (-1) at first. */
static int *new_matches(const struct record *record)
{
	int *matches = memory_new(record->fixed.log_n, sizeof(*matches));

	memset(matches, 0xff, record->fixed.log_n * sizeof(*matches));
	return matches;
}

/*
 * The packets of a connection, of which @record is one end and @peer the other: NULL
 * if it is not recorded. Two segments of one record at one time stay in the order of
 * its log.
 */
static void add_connection(struct trace *trace, const struct record *record,
			   const struct record *peer)
{
	const struct record *other = peer ? peer : record;
	int *arrives[2] = { new_matches(record), new_matches(other) };
	int *departs[2] = { new_matches(record), new_matches(other) };
	bool two = peer && peer != record;
	size_t first = trace->packet_count;

	if (peer)
		arrivals_between(record, peer, arrives[0], departs[two]);
	if (two)
		arrivals_between(peer, record, arrives[1], departs[0]);
	add_sent(trace, record, peer, arrives[0]);
	if (two)
		add_sent(trace, peer, record, arrives[1]);
	add_received(trace, record, departs[0]);
	if (two)
		add_received(trace, peer, departs[1]);
	sort_packets(trace->packets + first, trace->packet_count - first);
	fill_gaps(trace, first, record, two ? peer : NULL);
	free(arrives[0]);
	free(arrives[1]);
	free(departs[0]);
	free(departs[1]);
}

/*
 * A SYN that takes over the tuple of a connection in TIME_WAIT is the last
 * entry of the old record and the first of the new: there it stays.
 */
static void drop_takeover(struct record *old, const struct record *new)
{
	unsigned int i, last = old->fixed.log_n;
	const struct tcpledger_entry *a = NULL, *b = NULL;

	for (i = 0; i < old->fixed.log_n; i++)
		if (entry_is_segment(&old->log[i])) {
			a = &old->log[i];
			last = i;
		}
	for (i = new->fixed.log_n; i-- > 0; )
		if (entry_is_segment(&new->log[i]))
			b = &new->log[i];
	if (!a || !b || a->type != b->type || !is_same(a, b) ||
	    llabs(moment(old, a->t_ns) - moment(new, b->t_ns)) > SAME_MOMENT_NS ||
	    (a->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) != TCPLEDGER_SYN)
		return;
	/* What it caused stays in the log, now without a segment. */
	old->log[last].type = TCPLEDGER_ENTRY_NOTE;
	old->log[last].tag = TCPLEDGER_ANOMALY_TIME_WAIT_REUSED;
	old->log[last].segment = -1;
}

static void drop_takeovers(struct trace *trace)
{
	size_t i;

	for (i = 0; i + 1 < trace->count; i++)
		if (is_same_tuple(&trace->records[i]->fixed, &trace->records[i + 1]->fixed))
			drop_takeover(trace->records[i], trace->records[i + 1]);
}

/**
 * trace_build - work out the packets
 * @trace: all records
 */
void trace_build(struct trace *trace)
{
	size_t i;

	if (!trace->count)
		return;
	qsort(trace->records, trace->count, sizeof(*trace->records), compare_tuples);
	drop_takeovers(trace);
	for (i = 0; i < trace->count; i++) {
		const struct record *record = trace->records[i];
		const struct record *peer = find_peer(trace, record);

		/* Of a pair the first stands for both. */
		if (!peer || peer == record || compare_tuples(&record, &peer) < 0) {
			add_connection(trace, record, peer);
			trace->connections++;
		}
	}
	for (i = 0; i < trace->packet_count; i++)
		trace->packets[i].order = i;
	sort_packets(trace->packets, trace->packet_count);
	trace->packet_count = trace_join(trace->packets, trace->packet_count);
}

/**
 * trace_free - forget all
 * @trace: what was built
 */
void trace_free(struct trace *trace)
{
	size_t i;

	for (i = 0; i < trace->count; i++)
		free(trace->records[i]);
	free(trace->records);
	free(trace->packets);
	memset(trace, 0, sizeof(*trace));
}
