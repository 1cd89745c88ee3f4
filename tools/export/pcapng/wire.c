// SPDX-License-Identifier: GPL-2.0
#include "export/pcapng/wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "export/pcapng/stand_in.h"
#include "export/pcapng/wire_join.h"
#include "export/pcapng/wire_packet.h"
#include "read/entry.h"
#include "read/moment.h"
#include "read/record.h"

#define SAME_MOMENT_NS	1000000		/* an event logged twice */

/**
 * wire_add - take a record
 * @wire: where to; all zero at first
 * @record: a checked record; a copy is kept
 */
void wire_add(struct wire *wire, const struct record *record)
{
	size_t log = record->fixed.log_n * sizeof(*record->log);
	struct record *copy = memory_new(1, sizeof(*copy) + log);

	*copy = *record;
	copy->log = (void *)(copy + 1);
	if (log)
		memcpy(copy->log, record->log, log);
	wire->records = memory_grow(wire->records, wire->count, &wire->room,
				    sizeof(*wire->records));
	wire->records[wire->count++] = copy;
}

static struct wire_packet *add_packet(struct wire *wire)
{
	struct wire_packet *packet;

	wire->packets = memory_grow(wire->packets, wire->packet_count, &wire->packet_room,
				    sizeof(*wire->packets));
	packet = &wire->packets[wire->packet_count];
	memset(packet, 0, sizeof(*packet));
	packet->order = wire->packet_count++;
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
static size_t find_tuple(const struct wire *wire, const struct record *wanted)
{
	size_t from = 0, to = wire->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_tuples(&wire->records[middle], &wanted) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static const struct record *find_mirror(const struct wire *wire, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct record key = { .fixed = { .netns = r->netns, .flags = r->flags,
					 .lport = r->rport, .rport = r->lport } };
	size_t i;

	memcpy(key.fixed.local, r->remote, sizeof(r->remote));
	memcpy(key.fixed.remote, r->local, sizeof(r->local));
	for (i = find_tuple(wire, &key);
	     i < wire->count && is_same_tuple(&key.fixed, &wire->records[i]->fixed); i++)
		if (record_is_other_end(record, wire->records[i]))
			return wire->records[i];
	return NULL;
}

/*
 * The record of the other endpoint in this namespace: another one, or for a
 * self-connect the record itself; NULL if it is not here. A record that ended
 * at once may not have learnt its peer_id.
 */
static const struct record *find_peer(const struct wire *wire, const struct record *record)
{
	const struct record *peer;

	if (record_is_self_connect(record))
		return record;
	peer = find_mirror(wire, record);
	return peer && find_mirror(wire, peer) == record ? peer : NULL;
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

/*
 * Entry @in of @receiver as the arrival of a packet that its sender logged: of
 * several that look alike the last that had left by then, as the earlier ones
 * may be lost. Packets from @first on are the connection's.
 */
static bool is_arrival(struct wire *wire, size_t first, const struct record *sender,
		       const struct record *receiver, unsigned int in)
{
	int64_t when = moment(receiver, receiver->log[in].t_ns);
	struct wire_packet *found = NULL;
	size_t i;

	for (i = first; i < wire->packet_count; i++) {
		struct wire_packet *packet = &wire->packets[i];

		if (packet->sender == sender && !packet->receiver &&
		    is_same(&packet->entry, &receiver->log[in]) &&
		    (!found || packet->time_ns <= when))
			found = packet;
	}
	if (!found)
		return false;
	found->receiver = receiver;
	found->in = (int)in;
	return true;
}

/* What @record sent, or else what came to it and was not logged as sent. */
static void add_segments(struct wire *wire, size_t first, const struct record *record,
			 const struct record *peer, enum tcpledger_entry_type type)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];
		struct wire_packet *packet;

		if (e->type != type)
			continue;
		if (type == TCPLEDGER_ENTRY_IN && peer && is_arrival(wire, first, peer, record, i))
			continue;
		packet = add_packet(wire);
		packet->time_ns = moment(record, e->t_ns);
		packet->entry = *e;
		if (type == TCPLEDGER_ENTRY_OUT) {
			packet->sender = record;
			packet->out = (int)i;
		} else {
			packet->receiver = record;
			packet->in = (int)i;
		}
	}
}

static int compare_times(const void *a, const void *b)
{
	const struct wire_packet *x = a, *y = b;

	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	return compare_u64(x->order, y->order);
}

static void sort_packets(struct wire_packet *packets, size_t count)
{
	if (count)
		qsort(packets, count, sizeof(*packets), compare_times);
}

static void insert(struct wire *wire, const struct wire_packet *packet)
{
	*add_packet(wire) = *packet;
}

/* Put segments that stand in for unlogged payload between the packets. */
static void fill_gaps(struct wire *wire, size_t first, const struct record *record,
		      const struct record *peer)
{
	size_t count = wire->packet_count - first, i;
	struct wire_packet *packets, extra;
	struct stand_in stand_in;

	if (!count)
		return;
	packets = memory_new(count, sizeof(*packets));
	memcpy(packets, wire->packets + first, count * sizeof(*packets));
	wire->packet_count = first;
	stand_in_begin(&stand_in, record, peer);
	for (i = 0; i < count; i++) {
		while (stand_in_before(&stand_in, &packets[i], &extra))
			insert(wire, &extra);
		stand_in_take(&stand_in, &packets[i]);
		insert(wire, &packets[i]);
	}
	while (stand_in_after(&stand_in, &packets[count - 1], &extra))
		insert(wire, &extra);
	free(packets);
}

/* Two segments of one record at one time stay in the order of its log. */
static void add_connection(struct wire *wire, const struct record *record,
			   const struct record *peer)
{
	bool two = peer && peer != record;
	size_t first = wire->packet_count, i;

	add_segments(wire, first, record, peer, TCPLEDGER_ENTRY_OUT);
	if (two)
		add_segments(wire, first, peer, record, TCPLEDGER_ENTRY_OUT);
	add_segments(wire, first, record, peer, TCPLEDGER_ENTRY_IN);
	if (two)
		add_segments(wire, first, peer, record, TCPLEDGER_ENTRY_IN);
	for (i = first; i < wire->packet_count; i++) {
		struct wire_packet *packet = &wire->packets[i];
		int place = packet->out >= 0 ? packet->out : packet->in;

		packet->order = (uint64_t)place;
	}
	sort_packets(wire->packets + first, wire->packet_count - first);
	fill_gaps(wire, first, record, two ? peer : NULL);
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

static void drop_takeovers(struct wire *wire)
{
	size_t i;

	for (i = 0; i + 1 < wire->count; i++)
		if (is_same_tuple(&wire->records[i]->fixed, &wire->records[i + 1]->fixed))
			drop_takeover(wire->records[i], wire->records[i + 1]);
}

/**
 * wire_build - work out the packets
 * @wire: all records
 */
void wire_build(struct wire *wire)
{
	size_t i;

	if (!wire->count)
		return;
	qsort(wire->records, wire->count, sizeof(*wire->records), compare_tuples);
	drop_takeovers(wire);
	for (i = 0; i < wire->count; i++) {
		const struct record *record = wire->records[i];
		const struct record *peer = find_peer(wire, record);

		/* Of a pair the first stands for both. */
		if (!peer || peer == record || compare_tuples(&record, &peer) < 0) {
			add_connection(wire, record, peer);
			wire->connections++;
		}
	}
	for (i = 0; i < wire->packet_count; i++)
		wire->packets[i].order = i;
	sort_packets(wire->packets, wire->packet_count);
	wire->packet_count = wire_join(wire->packets, wire->packet_count);
}

/**
 * wire_free - forget all
 * @wire: what was built
 */
void wire_free(struct wire *wire)
{
	size_t i;

	for (i = 0; i < wire->count; i++)
		free(wire->records[i]);
	free(wire->records);
	free(wire->packets);
	memset(wire, 0, sizeof(*wire));
}
