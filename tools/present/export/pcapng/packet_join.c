// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/packet_join.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "present/export/pcapng/packet.h"
#include "meaning/arrivals.h"
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

/* By namespace, who sends to whom, and what the segment is: 0 if they may be one. */
static int compare_segments(const struct packet *a, const struct packet *b)
{
	const struct tcpledger_record *x = known_to(a), *y = known_to(b);
	int order = compare_numbers(x->netns, y->netns);

	if (!order)
		order = compare_numbers(ports(a), ports(b));
	if (!order)
		order = arrivals_compare(&a->entry, &b->entry);
	if (!order)
		order = memcmp(a->sender ? x->local : x->remote, b->sender ? y->local : y->remote,
			       sizeof(x->local));
	if (!order)
		order = memcmp(a->sender ? x->remote : x->local, b->sender ? y->remote : y->local,
			       sizeof(x->local));
	return order;
}

static int64_t when(const struct packet *packet)
{
	return arrivals_when(packet->sender ? packet->sender : packet->receiver, &packet->entry);
}

static int compare_packets(const void *a, const void *b)
{
	const struct packet *x = *(struct packet *const *)a;
	const struct packet *y = *(struct packet *const *)b;
	int order = compare_segments(x, y);

	/* Those that left stand before those that came, each in the order of time. */
	if (!order)
		order = !x->sender - !y->sender;
	if (!order)
		order = (when(x) > when(y)) - (when(x) < when(y));
	return order ? order : compare_numbers(x->order, y->order);
}

/* Those that only one end knows of, each beside its likes. */
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

/* Of packets that are alike, the first @sent_count left and the others came. */
static void join_alike(struct packet **alike, size_t count, size_t sent_count)
{
	struct arrivals_segment *list;
	size_t i;

	if (!sent_count || sent_count == count)
		return;
	list = memory_new(count, sizeof(*list));
	for (i = 0; i < count; i++)
		list[i] = (struct arrivals_segment) {
			.entry = &alike[i]->entry, .when_ns = when(alike[i]), .place = i,
		};
	arrivals_match(list, sent_count, list + sent_count, count - sent_count);
	for (i = 0; i < sent_count; i++)
		if (list[i].other >= 0)
			join(alike[i], alike[sent_count + (size_t)list[i].other]);
	free(list);
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
 * packet_join - find segments that left in one record and came in another
 * @packets: all packets, in order
 * @count: how many
 *
 * Return: how many are left.
 */
size_t packet_join(struct packet *packets, size_t count)
{
	struct packet **single = memory_new(count, sizeof(*single));
	size_t from, to, found, sent;

	found = find_single(packets, count, single);
	for (from = 0; from < found; from = to) {
		sent = 0;
		for (to = from; to < found && !compare_segments(single[from], single[to]); to++)
			sent += !!single[to]->sender;
		join_alike(single + from, to - from, sent);
	}
	free(single);
	return drop_empty(packets, count);
}
