// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/packet_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "present/export/pcapng/packet.h"
#include "present/export/pcapng/payload_gaps.h"
#include "present/export/pcapng/packet_join.h"
#include "meaning/arrivals.h"
#include "read/entry.h"
#include "read/moment.h"
#include "read/record.h"

#define SAME_MOMENT_NS	1000000		/* an event logged twice */

/**
 * packet_list_add - take a record
 * @list: where to; all zero at first
 * @record: a checked record; a copy is kept
 */
void packet_list_add(struct packet_list *list, const struct record *record)
{
	size_t log = record->fixed.log_n * sizeof(*record->log);
	struct record *copy = memory_new(1, sizeof(*copy) + log);

	*copy = *record;
	copy->log = (void *)(copy + 1);
	if (log)
		memcpy(copy->log, record->log, log);
	list->records = memory_grow(list->records, list->count, &list->room,
				    sizeof(*list->records));
	list->records[list->count++] = copy;
}

static struct packet *add_packet(struct packet_list *list)
{
	struct packet *packet;

	list->packets = memory_grow(list->packets, list->packet_count, &list->packet_room,
				    sizeof(*list->packets));
	packet = &list->packets[list->packet_count];
	memset(packet, 0, sizeof(*packet));
	packet->order = list->packet_count++;
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
static size_t find_tuple(const struct packet_list *list, const struct record *wanted)
{
	size_t from = 0, to = list->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_tuples(&list->records[middle], &wanted) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const struct record *find_mirror(const struct packet_list *list, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct record key = { .fixed = { .netns = r->netns, .flags = r->flags,
					 .lport = r->rport, .rport = r->lport } };
	size_t i;

	memcpy(key.fixed.local, r->remote, sizeof(r->remote));
	memcpy(key.fixed.remote, r->local, sizeof(r->local));
	for (i = find_tuple(list, &key);
	     i < list->count && is_same_tuple(&key.fixed, &list->records[i]->fixed); i++)
		if (record_is_other_end(record, list->records[i]))
			return list->records[i];
	return NULL;
}

/*
 * The record of the other endpoint in this namespace: another one, or for a
 * self-connect the record itself; NULL if it is not here. A record that ended
 * at once may not have learnt its peer_id.
 */
static const struct record *find_peer(const struct packet_list *list, const struct record *record)
{
	const struct record *peer;

	if (record_is_self_connect(record))
		return record;
	peer = find_mirror(list, record);
	return peer && find_mirror(list, peer) == record ? peer : NULL;
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
static void add_sent(struct packet_list *list, const struct record *from, const struct record *to,
		     const int *arrives)
{
	unsigned int i;

	for (i = 0; i < from->fixed.log_n; i++) {
		struct packet *packet;

		if (from->log[i].type != TCPLEDGER_ENTRY_OUT)
			continue;
		packet = add_packet(list);
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
static void add_received(struct packet_list *list, const struct record *to, const int *departs)
{
	unsigned int i;

	for (i = 0; i < to->fixed.log_n; i++) {
		struct packet *packet;

		if (to->log[i].type != TCPLEDGER_ENTRY_IN || departs[i] >= 0)
			continue;
		packet = add_packet(list);
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

static void insert(struct packet_list *list, const struct packet *packet)
{
	*add_packet(list) = *packet;
}

/* Put segments that stand in for unlogged payload between the packets. */
static void fill_gaps(struct packet_list *list, size_t first, const struct record *record,
		      const struct record *peer)
{
	size_t count = list->packet_count - first, i;
	struct packet *packets, extra;
	struct payload_gaps gaps;

	if (!count)
		return;
	packets = memory_new(count, sizeof(*packets));
	memcpy(packets, list->packets + first, count * sizeof(*packets));
	list->packet_count = first;
	payload_gaps_begin(&gaps, record, peer);
	for (i = 0; i < count; i++) {
		while (payload_gaps_before(&gaps, &packets[i], &extra))
			insert(list, &extra);
		payload_gaps_take(&gaps, &packets[i]);
		insert(list, &packets[i]);
	}
	while (payload_gaps_after(&gaps, &packets[count - 1], &extra))
		insert(list, &extra);
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
static void add_connection(struct packet_list *list, const struct record *record,
			   const struct record *peer)
{
	const struct record *other = peer ? peer : record;
	int *arrives[2] = { new_matches(record), new_matches(other) };
	int *departs[2] = { new_matches(record), new_matches(other) };
	bool two = peer && peer != record;
	size_t first = list->packet_count;

	if (peer)
		arrivals_between(record, peer, arrives[0], departs[two]);
	if (two)
		arrivals_between(peer, record, arrives[1], departs[0]);
	add_sent(list, record, peer, arrives[0]);
	if (two)
		add_sent(list, peer, record, arrives[1]);
	add_received(list, record, departs[0]);
	if (two)
		add_received(list, peer, departs[1]);
	sort_packets(list->packets + first, list->packet_count - first);
	fill_gaps(list, first, record, two ? peer : NULL);
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

static void drop_takeovers(struct packet_list *list)
{
	size_t i;

	for (i = 0; i + 1 < list->count; i++)
		if (is_same_tuple(&list->records[i]->fixed, &list->records[i + 1]->fixed))
			drop_takeover(list->records[i], list->records[i + 1]);
}

/**
 * packet_list_build - work out the packets
 * @list: all records
 */
void packet_list_build(struct packet_list *list)
{
	size_t i;

	if (!list->count)
		return;
	qsort(list->records, list->count, sizeof(*list->records), compare_tuples);
	drop_takeovers(list);
	for (i = 0; i < list->count; i++) {
		const struct record *record = list->records[i];
		const struct record *peer = find_peer(list, record);

		/* Of a pair the first stands for both. */
		if (!peer || peer == record || compare_tuples(&record, &peer) < 0) {
			add_connection(list, record, peer);
			list->connections++;
		}
	}
	for (i = 0; i < list->packet_count; i++)
		list->packets[i].order = i;
	sort_packets(list->packets, list->packet_count);
	list->packet_count = packet_join(list->packets, list->packet_count);
}

/**
 * packet_list_free - forget all
 * @list: what was built
 */
void packet_list_free(struct packet_list *list)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		free(list->records[i]);
	free(list->records);
	free(list->packets);
	memset(list, 0, sizeof(*list));
}
