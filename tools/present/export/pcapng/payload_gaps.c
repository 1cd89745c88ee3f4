// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/payload_gaps.h"

#include <string.h>

#include "present/export/pcapng/packet.h"
#include "read/entry.h"
#include "read/record.h"

#define GAP_MOST	0x7fffffff	/* farther ahead is behind (RFC 9293, 3.4) */

static int64_t greater(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/**
 * payload_gaps_begin - before the first packet
 * @s: set up
 * @record: one endpoint
 * @peer: record of the other, or NULL
 */
void payload_gaps_begin(struct payload_gaps *s, const struct record *record,
			const struct record *peer)
{
	memset(s, 0, sizeof(*s));
	s->record = record;
	s->peer = peer;
	s->adopted = record->fixed.role == TCPLEDGER_ROLE_ADOPTED;
	s->flows[0].left = record->fixed.bytes_sent;
	s->flows[1].left = record->fixed.bytes_received;
	if (peer) {
		s->flows[0].left = greater(s->flows[0].left, peer->fixed.bytes_received);
		s->flows[1].left = greater(s->flows[1].left, peer->fixed.bytes_sent);
	}
}

static struct payload_flow *flow_of(struct payload_gaps *s, const struct packet *packet)
{
	bool to_record = packet->sender ? packet->sender != s->record :
					  packet->receiver == s->record;

	return &s->flows[to_record && !record_is_self_connect(s->record)];
}

static struct payload_flow *other_flow(struct payload_gaps *s, struct payload_flow *flow)
{
	if (record_is_self_connect(s->record))
		return flow;
	return flow == &s->flows[0] ? &s->flows[1] : &s->flows[0];
}

/*
 * Whose data a packet's numbers prove comes first. A packet that proves data of
 * both sides does not tell their order: then whoever asked for the connection
 * mostly speaks first. A side that spoke first has shown it by an earlier packet,
 * or nothing in the log can tell. Where neither asked, an answer is what its
 * sender got something for.
 */
static struct payload_flow *first_flow(struct payload_gaps *s, const struct packet *packet)
{
	switch (s->record->fixed.role) {
	case TCPLEDGER_ROLE_ACTIVE:
		return &s->flows[0];
	case TCPLEDGER_ROLE_PASSIVE:
		return other_flow(s, &s->flows[0]);
	default:
		return other_flow(s, flow_of(s, packet));
	}
}

/* What TCP did not send or did not take proves nothing. */
static bool is_credible(const struct packet *packet)
{
	unsigned int bits = packet->entry.bits;

	if (packet->receiver && packet->in >= 0)
		bits |= packet->receiver->log[packet->in].bits;
	return !(bits & (TCPLEDGER_SEG_OTHER | TCPLEDGER_SEG_REFUSED));
}

/*
 * Whether payload lies between what a flow has sent and @number, which proves
 * that everything before it was sent.
 */
static bool has_gap(const struct payload_gaps *s, const struct payload_flow *flow, uint32_t number,
		    uint32_t *len)
{
	uint32_t gap = number - flow->next;

	if (!flow->known) {
		*len = (uint32_t)flow->left;
		return s->adopted && flow->left > 0 && flow->left <= GAP_MOST;
	}
	*len = gap;
	return gap && gap <= GAP_MOST && !flow->ended && (flow->left < 0 || gap <= flow->left);
}

static void make(struct payload_gaps *s, struct payload_flow *flow, const struct packet *model,
		 uint32_t end, uint32_t len, struct packet *extra)
{
	const struct payload_flow *other = other_flow(s, flow);
	bool from_record = flow == &s->flows[0];

	memset(extra, 0, sizeof(*extra));
	extra->time_ns = model->time_ns;
	extra->fills_gap = true;
	extra->out = -1;
	extra->in = -1;
	if (from_record)
		extra->sender = s->record;
	else if (s->peer)
		extra->sender = s->peer;
	else
		extra->receiver = s->record;
	extra->entry.type = extra->sender ? TCPLEDGER_ENTRY_OUT : TCPLEDGER_ENTRY_IN;
	extra->entry.flags = TCPLEDGER_ACK;
	extra->entry.seq = end - len;
	extra->entry.ack = other->next;
	extra->entry.len = len;
	extra->entry.win = flow->win;
	extra->entry.ttl = flow->ttl;
	flow->known = true;
	flow->next = end;
	if (flow->left >= 0)
		flow->left -= len;
	if (s->adopted)
		flow->left = -1;	/* it may have been the rest, or not */
}

/* What was counted but shows in no number, when nothing more can follow. */
static bool make_rest(struct payload_gaps *s, struct payload_flow *flow,
		      const struct packet *model, struct packet *extra)
{
	uint32_t len = (uint32_t)flow->left;

	if (!flow->known || flow->ended || flow->left <= 0 || flow->left > GAP_MOST)
		return false;
	make(s, flow, model, flow->next + len, len, extra);
	flow->left = 0;
	return true;
}

/*
 * What a packet proves that a flow has sent: by its own number or its ACK. An
 * RST that acknowledges nothing comes after all that was counted.
 */
static bool make_proven(struct payload_gaps *s, struct payload_flow *flow,
			const struct packet *packet, struct packet *extra)
{
	const struct tcpledger_entry *e = &packet->entry;
	bool own = flow == flow_of(s, packet);
	uint32_t number = own ? e->seq : e->ack, len;

	if (!own && !(e->flags & TCPLEDGER_ACK))
		return (e->flags & TCPLEDGER_RST) && make_rest(s, flow, packet, extra);
	if (!has_gap(s, flow, number, &len))
		return false;
	make(s, flow, packet, number, len, extra);
	return true;
}

/**
 * payload_gaps_before - what must have been sent before a packet
 * @s: the connection so far
 * @packet: its next packet
 * @extra: set to a packet to put before it; ask again then
 *
 * Return: false if nothing is missing.
 */
bool payload_gaps_before(struct payload_gaps *s, const struct packet *packet,
			 struct packet *extra)
{
	struct payload_flow *first = first_flow(s, packet), *second = other_flow(s, first);
	unsigned int flags = packet->entry.flags;

	if ((flags & TCPLEDGER_SYN) || !is_credible(packet))
		return false;
	if (make_proven(s, first, packet, extra) ||
	    (second != first && make_proven(s, second, packet, extra)))
		return true;
	return (flags & TCPLEDGER_RST) && (make_rest(s, first, packet, extra) ||
					   make_rest(s, second, packet, extra));
}

/**
 * payload_gaps_take - a packet follows
 * @s: the connection so far
 * @packet: the packet, all that was missing before it given out
 */
void payload_gaps_take(struct payload_gaps *s, const struct packet *packet)
{
	struct payload_flow *flow = flow_of(s, packet), *other = other_flow(s, flow);
	const struct tcpledger_entry *e = &packet->entry;
	uint32_t end = entry_end(e);

	if (!is_credible(packet))
		return;
	flow->win = e->win;
	flow->ttl = e->ttl;
	if (!flow->known || end - flow->next <= GAP_MOST) {
		if (flow->left >= 0 && e->len)
			flow->left -= e->len < flow->left ? e->len : flow->left;
		flow->known = true;
		flow->next = end;
	}
	if ((e->flags & TCPLEDGER_ACK) && !other->known) {
		other->known = true;
		other->next = e->ack;
	}
	if (e->flags & (TCPLEDGER_FIN | TCPLEDGER_RST))
		flow->ended = true;
}

/**
 * payload_gaps_after - what is still missing after the last packet
 * @s: the whole connection
 * @last: its last packet
 * @extra: set to a packet to put at the end; ask again then
 *
 * Return: false if nothing is missing.
 */
bool payload_gaps_after(struct payload_gaps *s, const struct packet *last,
			struct packet *extra)
{
	struct payload_flow *first = first_flow(s, last);

	return make_rest(s, first, last, extra) ||
	       make_rest(s, other_flow(s, first), last, extra);
}
