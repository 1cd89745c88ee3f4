// SPDX-License-Identifier: GPL-2.0
/* Connections that are older than the module: adopted as ss sees them, then followed. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/judge/ss.h"
#include "lib/judge/wrong.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define STEPS_MAX	8

WORLD_FIXTURE(adopt);

/* What every adopted record says, and at first of what nobody saw. */
#define ADOPTED	"open.role=adopted partial=true open.syn_ns=null open.handshake_ns=null"
#define UNSEEN	"live=true open.synack_ns=null open.ack_ns=null close.local_fin_ns=null " \
		"close.remote_fin_ns=null close.half_close_ns=null close.error=null " \
		"close.reset_by=null ended_at=null duration_ns=null owner.pid=null"

/**
 * struct scene - connections in all states that last
 * @whole: over loopback, ESTABLISHED at both ends
 * @half: over loopback, FIN_WAIT2 and CLOSE_WAIT, both sockets open
 * @orphan: as @half, but the client's socket is closed: a mini-socket
 * @over: over loopback, the client in TIME_WAIT
 * @syn_sent: on the wire, as the next
 * @request: SYN_RECV, to be finished
 * @unanswered: SYN_RECV, to be left alone
 * @fin_wait1: closed here, not acknowledged
 * @last_ack: closed by the peer, then here, not acknowledged
 * @closing: FINs crossed, ours not acknowledged
 * @listener: on the wire
 * @connecting: the socket of @syn_sent
 */
struct scene {
	struct pair whole;
	struct pair half;
	struct pair orphan;
	struct pair over;
	struct peer syn_sent;
	struct peer request;
	struct peer unanswered;
	struct peer fin_wait1;
	struct peer last_ack;
	struct peer closing;
	int listener;
	int connecting;
};

static struct peer peer_number(struct world *world, int n)
{
	return peer_at(&world->wire, FAR_PORT + n, WIRE_PORT);
}

static int connect_peer(struct world *world, struct peer *peer)
{
	int fd = sock_new(world->family);
	int error = sock_connect_start(fd, world->family, &peer->self);

	if (error != EINPROGRESS)
		die("connect: error %d", error);
	return fd;
}

static int connected(struct world *world, struct peer *peer, int n)
{
	int fd;

	*peer = peer_number(world, n);
	fd = connect_peer(world, peer);
	peer_accept_connection(peer);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	return fd;
}

static void half_close(struct pair *p)
{
	shutdown(p->client, SHUT_WR);
	need(sock_state(p->client) == TCP_FIN_WAIT2, DEADLINE_MS);
}

static void open_loopback(struct scene *s, int family)
{
	s->whole = pair_open(family);
	s->half = pair_open(family);
	half_close(&s->half);
	s->orphan = pair_open(family);
	half_close(&s->orphan);
	close(s->orphan.client);
	s->over = pair_open(family);
	pair_close_orderly(&s->over);
}

static void open_handshakes(struct world *world, struct scene *s)
{
	struct endpoint at = world->wire.host;

	at.port = WIRE_PORT;
	s->listener = sock_listen(world->family, &at, 16);
	s->syn_sent = peer_number(world, 0);
	s->connecting = connect_peer(world, &s->syn_sent);
	peer_expect(&s->syn_sent, SEG_SYN, DEADLINE_MS);
	s->request = peer_number(world, 1);
	peer_send(&s->request, SEG_SYN, 0);
	peer_expect(&s->request, SEG_SYN | SEG_ACK, DEADLINE_MS);
	s->unanswered = peer_number(world, 2);
	peer_send(&s->unanswered, SEG_SYN, 0);
	peer_expect(&s->unanswered, SEG_SYN | SEG_ACK, DEADLINE_MS);
}

static void open_closings(struct world *world, struct scene *s)
{
	int fd;

	fd = connected(world, &s->fin_wait1, 3);
	close(fd);
	peer_expect(&s->fin_wait1, SEG_FIN | SEG_ACK, DEADLINE_MS);

	fd = connected(world, &s->last_ack, 4);
	peer_send(&s->last_ack, SEG_FIN | SEG_ACK, 0);
	peer_expect(&s->last_ack, SEG_ACK, DEADLINE_MS);
	close(fd);
	peer_expect(&s->last_ack, SEG_FIN | SEG_ACK, DEADLINE_MS);

	fd = connected(world, &s->closing, 5);
	close(fd);
	peer_expect(&s->closing, SEG_FIN | SEG_ACK, DEADLINE_MS);
	s->closing.ack--;
	peer_send(&s->closing, SEG_FIN | SEG_ACK, 0);
	s->closing.ack++;
	peer_expect(&s->closing, SEG_ACK, DEADLINE_MS);
}

/* Bring every connection to its end, each in a way of its own. */
static void end_all(struct scene *s)
{
	int fd;

	pair_close_orderly(&s->whole);
	close(s->half.server);
	need(sock_state(s->half.client) == TCP_CLOSE, DEADLINE_MS);
	close(s->half.client);
	close(s->orphan.server);

	peer_send(&s->syn_sent, SEG_SYN | SEG_ACK, 0);
	need(sock_state(s->connecting) == TCP_ESTABLISHED, DEADLINE_MS);
	sock_reset(s->connecting);
	peer_send(&s->request, SEG_ACK, 0);
	fd = sock_accept(s->listener);
	sock_reset(fd);

	peer_send(&s->fin_wait1, SEG_ACK, 0);
	peer_send(&s->fin_wait1, SEG_FIN | SEG_ACK, 0);
	peer_send(&s->last_ack, SEG_ACK, 0);
	peer_send(&s->closing, SEG_ACK, 0);
}

struct step {
	int from;
	int to;
};

/*
 * What the kernel traced of a tuple since a moment, as a log must show it. A
 * request socket and the end of one that became a timewait socket are not in it.
 */
static size_t steps_since(const struct trace *trace, int64_t since, const struct ss_line *was,
			  struct step *step)
{
	int state = was->state;
	bool timewait = false;
	size_t n = 0;

	for (size_t i = 0; i < trace->n; i++) {
		const struct trace_event *ev = &trace->list[i];
		int to = ev->kind == TRACE_TW_KILL ? TCP_CLOSE : ev->to;

		if (ev->ns < since || !endpoint_equal(&ev->local, &was->local) ||
		    !endpoint_equal(&ev->remote, &was->remote))
			continue;
		timewait |= ev->kind != TRACE_STATE;
		if (to == state ||
		    (ev->kind == TRACE_STATE && (ev->from == TCP_LISTEN || timewait)))
			continue;
		if (n == STEPS_MAX)
			die("more than %d states", STEPS_MAX);
		step[n++] = (struct step){ state, to };
		state = to;
	}
	/* No tracepoint tells that a request was given up; ss no longer has it. */
	if (!n && was->state == TCP_SYN_RECV)
		step[n++] = (struct step){ TCP_SYN_RECV, TCP_CLOSE };
	return n;
}

static int judge_steps(const struct trace *trace, int64_t since, const struct ss_line *was,
		       json_object *rec)
{
	json_object *log = record_at(rec, "log");
	struct step step[STEPS_MAX];
	size_t wanted = steps_since(trace, since, was, step), n = 0;
	int wrong = 0;

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (!entry_is(entry, "state"))
			continue;
		wrong += wrong_if(n < wanted &&
				  (strcmp(record_text(entry, "from"), state_name(step[n].from)) ||
				   strcmp(record_text(entry, "to"), state_name(step[n].to))), rec,
				  "logs %s -> %s where the kernel went %s -> %s",
				  record_text(entry, "from"), record_text(entry, "to"),
				  state_name(step[n].from), state_name(step[n].to));
		n++;
	}
	return wrong + wrong_if(n != wanted, rec,
				"adopted in %s, logs %zu states, the kernel had %zu",
				state_name(was->state), n, wanted);
}

/* All adopted records against the trace, and that there are no others. */
static int judge_adopted(struct world *world, int64_t since, const struct ss *before)
{
	struct ledger ledger;
	int wrong = 0;

	trace_drain(&world->trace);
	ledger_read(&ledger);
	for (size_t i = 0; i < before->n; i++) {
		const struct ss_line *was = &before->line[i];
		json_object *rec = ledger_find(&ledger, &was->local, &was->remote, 0);

		if (!rec)
			die("an adopted record is gone");
		wrong += judge_steps(&world->trace, since, was, rec);
		wrong += record_check(rec, ADOPTED " live=false");
	}
	if (ledger.n != before->n) {
		say("%zu records of %zu connections", ledger.n, before->n);
		wrong++;
	}
	ledger_free(&ledger);
	return wrong;
}

static int judge_live(const struct ss *ss)
{
	struct ledger ledger;
	int wrong;

	ledger_read(&ledger);
	wrong = judge_ss(ss, &ledger);
	for (size_t i = 0; i < ledger.n; i++) {
		json_object *rec = ledger.records[i];

		wrong += record_check(rec, ADOPTED " " UNSEEN);
		/* A FIN is no data. Of a mini-socket nobody knows how much there was. */
		wrong += wrong_if(record_int(rec, "bytes_sent") ||
				  record_int(rec, "bytes_received"), rec,
				  "in %s: %s bytes sent, %s received",
				  record_text(rec, "state"), record_text(rec, "bytes_sent"),
				  record_text(rec, "bytes_received"));
	}
	ledger_free(&ledger);
	return wrong;
}

static bool ss_empty(void)
{
	static struct ss ss;

	ss_read(&ss);
	return !ss.n;
}

static int judge_ends(const struct scene *s)
{
	return verdict(&s->whole.c, &s->whole.s, 0,
		       "close.kind=four_segment close.first=local time_wait.exit=expired "
		       "time_wait.residence_exact=true open.outcome=established") +
	       verdict(&s->whole.s, &s->whole.c, 0,
		       "close.kind=four_segment close.first=remote time_wait=null") +
	       verdict(&s->half.c, &s->half.s, 0, "close.first=local time_wait.exit=expired "
		       "close.local_fin_ns=null") +
	       verdict(&s->half.s, &s->half.c, 0, "close.first=remote close.remote_fin_ns=null "
		       "time_wait=null") +
	       verdict(&s->over.c, &s->over.s, 0,
		       "time_wait.exit=expired time_wait.entered_ns=null "
		       "time_wait.residence_exact=false close.local_fin_ns=null "
		       "close.remote_fin_ns=null open.outcome=established") +
	       verdict(&s->syn_sent.host, &s->syn_sent.self, 0,
		       "open.outcome=established close.kind=reset close.reset_by=local") +
	       verdict(&s->request.host, &s->request.self, 0,
		       "open.outcome=established close.kind=reset close.reset_by=local") +
	       verdict(&s->unanswered.host, &s->unanswered.self, 0,
		       "open.outcome=timed_out close.kind=none time_wait=null") +
	       verdict(&s->closing.host, &s->closing.self, 0,
		       "close.kind=simultaneous time_wait.exit=expired");
}

/* This test will load the module with a connection in every state, then end them all. */
TEST_F_TIMEOUT(adopt, every_state, 600)
{
	struct world *world = &self->world;
	static struct ss before;
	struct scene scene;
	int64_t since;

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED,
		       "connections are older than the module, which knows not all their numbers");
	module_unload();
	wire_open(&world->wire, variant->family);
	open_loopback(&scene, variant->family);
	open_handshakes(world, &scene);
	open_closings(world, &scene);
	since = now_ns();
	module_load("");
	ss_read(&before);
	ASSERT_EQ(13, before.n);
	EXPECT_EQ(0, judge_live(&before));
	EXPECT_EQ(13, ledger_stat("adopted_records"));

	end_all(&scene);
	need(ss_empty(), 200000);
	/* What no event ends, a request that was given up, may be noticed some seconds late. */
	EXPECT_TRUE(wait_until(!ledger_stat("records_live"), 130000));
	EXPECT_EQ(0, judge_ends(&scene));
	EXPECT_EQ(0, judge_adopted(world, since, &before));
	/* A stay whose beginning was not seen is in no histogram. */
	EXPECT_EQ(0, judge_histograms());
}

/* This test will adopt one tuple in two namespaces, and end only one of the two connections. */
TEST_F_TIMEOUT(adopt, two_spaces, USUAL)
{
	struct world *world = &self->world;
	static struct ss ss;
	struct pair p[2];

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS,
		       "connections are older than the module");
	module_unload();
	p[0] = pair_open(variant->family);
	world_add_space(world);
	p[1] = pair_open(variant->family);
	module_load("");
	ss_read(&ss);
	EXPECT_EQ(2, ss.n);
	EXPECT_EQ(0, judge_live(&ss));
	world_enter(world, 0);
	ss_read(&ss);
	EXPECT_EQ(2, ss.n);
	EXPECT_EQ(0, judge_live(&ss));

	sock_reset(p[0].client);
	EXPECT_VERDICT(p[0].s, p[0].c, 0, "live=false close.kind=reset close.reset_by=remote");
	world_enter(world, 1);
	ss_read(&ss);
	EXPECT_EQ(0, judge_live(&ss));
	EXPECT_EQ(2, ledger_stat("records_live"));
}

TEST_HARNESS_MAIN
