// SPDX-License-Identifier: GPL-2.0
/*
 * The trace is cut into lives: what one full socket did from its first state to CLOSE,
 * and what the timewait socket did that took over from it. Where only timewait sockets
 * are traced, a life begins with one.
 */
#include "lib/judge/lives.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

/**
 * struct builder - lives while they are read
 * @lives: what is filled
 * @room: lives there is memory for
 * @mask: of the slots
 * @slot: hash table: the last life that had a key, from 1; 0 if the slot is free
 *
 * A key is the address of a socket or timewait socket, or, always odd, a tuple.
 */
struct builder {
	struct lives *lives;
	size_t room;
	size_t mask;
	struct slot {
		uint64_t key;
		size_t life;
	} *slot;
};

static uint64_t tuple_key(const struct endpoint *local, const struct endpoint *remote)
{
	uint64_t word[4], key = (uint64_t)local->port << 16 | remote->port;

	memcpy(word, &local->ip, 16);
	memcpy(word + 2, &remote->ip, 16);
	for (int i = 0; i < 4; i++)
		key = (key ^ word[i] ^ key >> 29) * 0x9e3779b97f4a7c15ULL;
	return key | 1;
}

static struct slot *slot_of(struct builder *b, uint64_t key)
{
	size_t at = key * 0x9e3779b97f4a7c15ULL >> 32 & b->mask;

	while (b->slot[at].life && b->slot[at].key != key)
		at = (at + 1) & b->mask;
	return &b->slot[at];
}

static void note(struct builder *b, uint64_t key, const struct life *life)
{
	*slot_of(b, key) = (struct slot){ key, life - b->lives->list + 1 };
}

static struct life *life_of(struct builder *b, uint64_t key)
{
	size_t i = slot_of(b, key)->life;

	return i ? &b->lives->list[i - 1] : NULL;
}

static struct life *life_new(struct builder *b)
{
	struct lives *lives = b->lives;

	if (lives->n == b->room) {
		b->room = b->room ? b->room * 2 : 64;
		lives->list = realloc(lives->list, b->room * sizeof(*lives->list));
		if (!lives->list)
			die("no memory");
	}
	memset(&lives->list[lives->n], 0, sizeof(*lives->list));
	return &lives->list[lives->n++];
}

static void add_step(struct life *life, int from, int to, const struct trace_event *ev)
{
	if (life->n == LIFE_STEPS_MAX)
		die("a socket with more than %d states", LIFE_STEPS_MAX);
	life->step[life->n++] = (struct life_step){ from, to, ev };
}

static void add_state(struct builder *b, const struct trace_event *ev)
{
	struct life *life = life_of(b, ev->object);

	if (life && (life->sk != ev->object || life->ended))
		life = NULL;
	/* CLOSE -> CLOSE after the end, and self-transitions, mean nothing in RFC 9293. */
	if (ev->from == ev->to)
		return;
	/* An orphan of an earlier test can die now. */
	if (!life && ev->from != TCP_CLOSE && ev->from != TCP_LISTEN)
		return;
	if (!life || ev->from == TCP_CLOSE) {
		life = life_new(b);
		life->sk = ev->object;
		life->where = ev->where;
		note(b, ev->object, life);
	}
	/* The first line of a child has the listener's tuple, the first of a client no port. */
	if (ev->from != TCP_LISTEN && ev->local.port && ev->remote.port) {
		life->local = ev->local;
		life->remote = ev->remote;
		note(b, tuple_key(&life->local, &life->remote), life);
	} else if (ev->to == TCP_SYN_SENT) {
		life->remote = ev->remote;
	}
	life->last = ev->to;
	life->ended = ev->to == TCP_CLOSE;
	if (!(life->tw.object && life->ended))
		add_step(life, ev->from, ev->to, ev);
}

/* The timewait socket begins while the socket that it replaces still has one of these states. */
static struct life *life_replaced(struct builder *b, const struct trace_event *ev)
{
	struct life *life = life_of(b, tuple_key(&ev->local, &ev->remote));

	return life && (life->last == TCP_FIN_WAIT2 || life->last == TCP_CLOSING) &&
	       endpoint_equal(&life->local, &ev->local) &&
	       endpoint_equal(&life->remote, &ev->remote) ? life : NULL;
}

static struct life *begin_timewait(struct builder *b, const struct trace_event *ev)
{
	struct life *life = life_replaced(b, ev);
	int from = ev->to;

	if (life) {
		from = life->last;
	} else {
		/* The end of a socket that is older than the trace, or of another test. */
		if (ev->where == TRACE_ELSEWHERE)
			return NULL;
		life = life_new(b);
		life->local = ev->local;
		life->remote = ev->remote;
		life->where = ev->where;
	}
	life->tw = (struct life_timewait){
		.object = ev->object, .where = ev->where, .state = from, .began = ev->ns,
	};
	note(b, ev->object, life);
	return life;
}

/* The life whose timewait socket an event is about, if the trace has its beginning. */
static struct life *life_of_timewait(struct builder *b, const struct trace_event *ev)
{
	struct life *life = life_of(b, ev->object);

	if (life && life->tw.object == ev->object)
		return life;
	b->lives->headless += ev->where != TRACE_ELSEWHERE;
	return NULL;
}

static void add_timewait(struct builder *b, const struct trace_event *ev)
{
	struct life *life = ev->rearm ? life_of_timewait(b, ev) : begin_timewait(b, ev);
	struct life_timewait *tw;

	if (!life)
		return;
	tw = &life->tw;
	if (ev->to != tw->state)
		add_step(life, tw->state, ev->to, ev);
	tw->state = ev->to;
	if (ev->to != TCP_TIME_WAIT)
		return;
	if (!tw->entered) {
		tw->entered = ev->ns;
		return;
	}
	if (tw->restarts < LIFE_RESTARTS_MAX)
		tw->restart[tw->restarts] = ev->ns;
	tw->restarts++;
}

static void end_timewait(struct builder *b, const struct trace_event *ev)
{
	struct life *life = life_of_timewait(b, ev);

	if (!life)
		return;
	add_step(life, life->tw.state, TCP_CLOSE, ev);
	life->tw.object = 0;
	life->tw.ended = ev->ns;
	life->tw.kill = ev;
	life->ended = true;
}

static void add_event(struct builder *b, const struct trace_event *ev)
{
	switch (ev->kind) {
	case TRACE_STATE:
		/* A socket of MPTCP repeats the tuple of its first subflow. */
		if (ev->protocol == IPPROTO_TCP)
			add_state(b, ev);
		break;
	case TRACE_TW_SCHEDULE:
		add_timewait(b, ev);
		break;
	case TRACE_TW_KILL:
		end_timewait(b, ev);
		break;
	default:
		break;
	}
}

/**
 * lives_read - rebuild all lives from a trace
 * @lives: filled in
 * @trace: the trace, drained; the lives point to its events
 */
void lives_read(struct lives *lives, const struct trace *trace)
{
	struct builder b = { .lives = lives };

	memset(lives, 0, sizeof(*lives));
	/* An event has at most two new keys, so half of the slots stay free. */
	for (b.mask = 4 * trace->n | 63; b.mask & (b.mask + 1);)
		b.mask |= b.mask >> 1;
	b.slot = calloc(b.mask + 1, sizeof(*b.slot));
	if (!b.slot)
		die("no memory");
	for (size_t i = 0; i < trace->n; i++)
		add_event(&b, &trace->list[i]);
	free(b.slot);
}

/**
 * lives_free - free them
 * @lives: lives
 */
void lives_free(struct lives *lives)
{
	free(lives->list);
}
