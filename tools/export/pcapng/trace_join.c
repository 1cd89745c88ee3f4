// SPDX-License-Identifier: GPL-2.0
#include "export/pcapng/trace_join.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "export/pcapng/packet.h"
#include "read/record.h"

static const struct tcpledger_record *known_to(const struct packet *packet)
{
	return &(packet->sender ? packet->sender : packet->receiver)->fixed;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint64_t ports(const struct packet *packet)
{
	const struct tcpledger_record *r = known_to(packet);

	return packet->sender ? (uint64_t)r->lport << 16 | r->rport :
				(uint64_t)r->rport << 16 | r->lport;
}

/* By namespace, who sends to whom, and what the segment is. */
static int compare_segments(const struct packet *a, const struct packet *b)
{
	const struct tcpledger_record *x = known_to(a), *y = known_to(b);
	int order = compare_numbers(x->netns, y->netns);

	if (!order)
		order = compare_numbers(ports(a), ports(b));
	if (!order)
		order = compare_numbers((uint64_t)a->entry.seq << 32 | a->entry.ack,
					(uint64_t)b->entry.seq << 32 | b->entry.ack);
	if (!order)
		order = compare_numbers((uint64_t)a->entry.len << 8 | a->entry.flags,
					(uint64_t)b->entry.len << 8 | b->entry.flags);
	if (!order)
		order = memcmp(a->sender ? x->local : x->remote, b->sender ? y->local : y->remote,
			       sizeof(x->local));
	if (!order)
		order = memcmp(a->sender ? x->remote : x->local, b->sender ? y->remote : y->local,
			       sizeof(x->local));
	return order;
}

static int compare_packets(const void *a, const void *b)
{
	const struct packet *x = *(struct packet *const *)a;
	const struct packet *y = *(struct packet *const *)b;
	int order = compare_segments(x, y);

	if (order)
		return order;
	if (x->time_ns != y->time_ns)
		return x->time_ns < y->time_ns ? -1 : 1;
	/* What leaves at the same time comes first. */
	return !x->sender - !y->sender;
}

/* Those that only one end knows of, each beside its likes, in order of time. */
static size_t find_single(struct packet *packets, size_t count, struct packet **single)
{
	size_t i, found = 0;

	for (i = 0; i < count; i++) {
		struct packet *packet = &packets[i];

		if (!packet->fills_gap && !packet->sender != !packet->receiver)
			single[found++] = packet;
	}
	if (found)
		qsort(single, found, sizeof(*single), compare_packets);
	return found;
}

/* A packet that both know of now is one; the other is left empty. */
static void join(struct packet *sent, struct packet *received)
{
	sent->receiver = received->receiver;
	sent->in = received->in;
	received->receiver = NULL;
}

static size_t drop_empty(struct packet *packets, size_t count)
{
	size_t i, kept = 0;

	for (i = 0; i < count; i++)
		if (packets[i].sender || packets[i].receiver)
			packets[kept++] = packets[i];
	return kept;
}

/**
 * trace_join - find segments that left in one record and came in another
 * @packets: all packets, in order
 * @count: how many
 *
 * An arrival belongs to the last of its likes that left before it.
 *
 * Return: how many are left.
 */
size_t trace_join(struct packet *packets, size_t count)
{
	struct packet **single = memory_new(count, sizeof(*single));
	size_t i, found;

	found = find_single(packets, count, single);
	for (i = 1; i < found; i++)
		if (single[i - 1]->sender && !single[i]->sender && !single[i - 1]->receiver &&
		    !compare_segments(single[i - 1], single[i]))
			join(single[i - 1], single[i]);
	free(single);
	return drop_empty(packets, count);
}
