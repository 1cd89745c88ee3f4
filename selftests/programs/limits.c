// SPDX-License-Identifier: GPL-2.0
/* What is kept and what goes when a limit is reached, in which order, and that it is counted. */
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/memory.h"
#include "lib/peer/flood.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/kept.h"
#include "lib/world/module.h"

#define CLOSED_PORT	4999
#define SCAN_PORT	20000	/* below the ports that the kernel gives out */
#define PAIRS_MAX	64
#define ROUNDS		500	/* connections, two records each */

WORLD_FIXTURE(limits);

/*
 * Connect to where nobody listens: both ends have a record that was never established.
 * The port is told, as the kernel draws one by chance and may draw the same again.
 */
static struct pair refused(int family, uint16_t port)
{
	struct pair p = { .family = family, .c = loopback(family), .s = loopback(family) };

	p.c.port = port;
	p.s.port = CLOSED_PORT;
	p.client = sock_bound(family, &p.c);
	if (sock_connect(p.client, family, &p.s) != ECONNREFUSED)
		die("port %u is not closed", CLOSED_PORT);
	close(p.client);
	return p;
}

/* SYNs from the wire, each answered and not yet acknowledged. */
static void half_open(struct world *world, struct peer *peer, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		peer[i] = peer_at(&world->wire, FAR_PORT + i, WIRE_PORT);
		peer_send(&peer[i], SEG_SYN, 0);
		peer_expect(&peer[i], SEG_SYN | SEG_ACK, DEADLINE_MS);
	}
}

/* A request outlives its listener for seconds, and keeps the namespace for as long. */
static void forget_half_open(struct peer *peer, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		peer_send(&peer[i], SEG_RST, 0);
}

/* When TCP had last answered a half-open connection's SYN. */
static int64_t answered(const struct capture *cap, const struct peer *peer, int64_t until)
{
	const uint8_t synack = SEG_SYN | SEG_ACK;
	int64_t last = 0;

	for (size_t i = 0; i < cap->n; i++) {
		const struct segment *seg = &cap->list[i].seg;

		if (cap->list[i].out && (seg->flags & synack) == synack && seg->ns <= until &&
		    endpoint_equal(&seg->src, &peer->host) &&
		    endpoint_equal(&seg->dst, &peer->self))
			last = seg->ns;
	}
	return last;
}

/*
 * Tell which of some half-open connections makes room for a record: that which was
 * answered longest ago. TCP answers again after a second, so it need not be the first.
 */
static void give_way(struct world *world, const struct peer *peer, bool *gone, size_t n,
		     const struct endpoint *newcomer)
{
	struct capture *cap = &world->space[world->here].capture;
	const struct segment *syn = capture_find(cap, newcomer, SEG_SYN, 0);
	int64_t least = INT64_MAX;
	size_t first = n;

	for (size_t i = 0; syn && i < n; i++) {
		int64_t ns = answered(cap, &peer[i], syn->ns);

		if (gone[i] || ns >= least)
			continue;
		least = ns;
		first = i;
	}
	if (first == n)
		die("no SYN of the newcomer, or nothing to make room for it");
	gone[first] = true;
}

/* As judge_cut(), of half-open connections, which have one record here. */
static int judge_half_open(const struct peer *peer, const bool *gone, size_t n)
{
	struct ledger ledger;
	int wrong = 0;

	ledger_read(&ledger);
	for (size_t i = 0; i < n; i++) {
		size_t got = ledger_count(&ledger, &peer[i].host, &peer[i].self);

		if (got != !gone[i])
			say("half-open connection %zu of %zu has %zu records", i, n, got);
		wrong += got != !gone[i];
	}
	ledger_free(&ledger);
	return wrong;
}

/* This test will end more connections than the history holds. */
TEST_F_TIMEOUT(limits, history, USUAL)
{
	struct pair listening, live, p[30];

	world_unjudged(&self->world, JUDGE_CAPTURE,
		       "what was evicted is captured, and in no record");
	module_reload("max_connections=256 history=20");
	listening = pair_listen(variant->family, 64);
	live = connect_to(&listening);
	for (int i = 0; i < 30; i++) {
		p[i] = connect_and_reset(&listening);
		EXPECT_GE(20, ledger_stat("records_history"));
	}
	EXPECT_EQ(20, ledger_stat("records_history"));
	EXPECT_EQ(22, ledger_stat("records_total"));
	EXPECT_EQ(40, ledger_stat("evicted_history"));
	EXPECT_EQ(62, ledger_stat("records_created"));
	EXPECT_EQ(0, judge_cut(p, 30, 20));
	EXPECT_EQ(0, judge_cut(&live, 1, 0));
}

/* This test will scan ports: what never opened fills only a quarter of the history. */
TEST_F_TIMEOUT(limits, scan, USUAL)
{
	struct pair listening, p[20], q[50];

	world_unjudged(&self->world, JUDGE_CAPTURE,
		       "what was evicted is captured, and in no record");
	module_reload("max_connections=256 history=40");
	listening = pair_listen(variant->family, 64);
	for (int i = 0; i < 15; i++)
		p[i] = connect_and_reset(&listening);
	for (int i = 0; i < 50; i++) {
		q[i] = refused(variant->family, SCAN_PORT + i);
		EXPECT_GE(10, ledger_stat("records_never_established"));
	}
	EXPECT_EQ(10, ledger_stat("records_never_established"));
	EXPECT_EQ(90, ledger_stat("evicted_failed"));
	EXPECT_EQ(0, ledger_stat("evicted_history"));
	EXPECT_EQ(0, judge_cut(p, 15, 0));
	EXPECT_EQ(0, judge_cut(q, 50, 45));

	/* Full now: what ends next takes the place of the oldest, which are not the scan's. */
	for (int i = 15; i < 20; i++)
		p[i] = connect_and_reset(&listening);
	EXPECT_EQ(40, ledger_stat("records_history"));
	EXPECT_EQ(10, ledger_stat("evicted_history"));
	EXPECT_EQ(90, ledger_stat("evicted_failed"));
	EXPECT_EQ(0, judge_cut(p, 20, 5));
	EXPECT_EQ(0, judge_cut(q, 50, 45));
}

/* This test will half-open more connections than are kept, then finish an old and the last. */
TEST_F_TIMEOUT(limits, embryonic, USUAL)
{
	struct pair listening, ended, live;
	struct peer peer[24];
	bool gone[24] = { false };
	int listener, lost, fd[2];

	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS,
		       "what was evicted is in no record, or in one that is partial");
	module_reload("max_connections=256 history=64 max_embryonic=16");
	listening = pair_listen(variant->family, 8);
	ended = connect_and_reset(&listening);
	live = connect_to(&listening);
	listener = wire_listen(&self->world, 128);
	half_open(&self->world, peer, 0, 16);
	EXPECT_EQ(16, ledger_stat("records_embryonic"));
	EXPECT_EQ(0, ledger_stat("evicted_embryonic"));
	for (int i = 16; i < 24; i++) {
		half_open(&self->world, peer, i, i + 1);
		EXPECT_EQ(16, ledger_stat("records_embryonic"));
		give_way(&self->world, peer, gone, i, &peer[i].self);
	}
	EXPECT_EQ(8, ledger_stat("evicted_embryonic"));
	EXPECT_EQ(0, judge_half_open(peer, gone, 24));
	EXPECT_EQ(0, judge_cut(&ended, 1, 0));
	EXPECT_EQ(0, judge_cut(&live, 1, 0));

	/* The record of one is gone, so what TCP does with it next makes another. */
	lost = (bool *)memchr(gone, 1, sizeof(gone)) - gone;
	peer_send(&peer[lost], SEG_ACK, 0);
	fd[0] = sock_accept(listener);
	peer_send(&peer[23], SEG_ACK, 0);
	fd[1] = sock_accept(listener);
	EXPECT_VERDICT(peer[lost].host, peer[lost].self, 0,
		       "state=ESTABLISHED live=true partial=true");
	EXPECT_VERDICT(peer[23].host, peer[23].self, 0,
		       "state=ESTABLISHED live=true partial=false open.outcome=established "
		       "owner.pid=%d", getpid());
	EXPECT_EQ(15, ledger_stat("records_embryonic"));
	close(fd[0]);
	close(fd[1]);
	forget_half_open(peer, 0, 24);
}

/* This test will leave more connect() calls unanswered than half-open records are kept. */
TEST_F_TIMEOUT(limits, active_not_embryonic, USUAL)
{
	struct endpoint local[12], to;
	int fd[12];

	world_unjudged(&self->world, JUDGE_CAPTURE,
		       "what was evicted is captured, and in no record");
	module_reload("max_connections=256 max_embryonic=4");
	wire_open(&self->world.wire, variant->family);
	to = self->world.wire.far;
	for (int i = 0; i < 12; i++) {
		to.port = FAR_PORT + i;
		fd[i] = sock_new(variant->family);
		ASSERT_EQ(EINPROGRESS, sock_connect_start(fd[i], variant->family, &to));
		local[i] = sock_local(fd[i]);
	}
	EXPECT_EQ(0, ledger_stat("records_embryonic"));
	EXPECT_EQ(0, ledger_stat("evicted_embryonic"));
	for (int i = 0; i < 12; i++) {
		to.port = FAR_PORT + i;
		EXPECT_VERDICT(local[i], to, 0, "state=SYN_SENT open.role=active live=true");
	}
}

/* Fill the ledger to its last record: 10 ended, 8 half-open, 46 live. */
static void fill(struct world *world, const struct pair *listening, struct pair *ended,
		 struct peer *peer, struct pair *live)
{
	for (int i = 0; i < 5; i++)
		ended[i] = connect_and_reset(listening);
	half_open(world, peer, 0, 8);
	for (int i = 0; i < 23; i++)
		live[i] = connect_to(listening);
}

/* This test will fill the ledger with live records, and see what makes room for them. */
TEST_F_TIMEOUT(limits, full, USUAL)
{
	struct pair listening, ended[5], live[33], extra;
	bool gone[8] = { false };
	struct peer peer[9];

	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_TABLE,
		       "some connections have no record, though they are open");
	module_reload("max_connections=64 history=32 max_embryonic=16");
	listening = pair_listen(variant->family, 64);
	wire_listen(&self->world, 128);
	fill(&self->world, &listening, ended, peer, live);
	EXPECT_EQ(64, ledger_stat("records_total"));
	EXPECT_EQ(0, ledger_stat("evicted_history") + ledger_stat("evicted_embryonic"));

	/* First the ended go, the oldest first, and nothing else. */
	for (int i = 0; i < 5; i++) {
		live[23 + i] = connect_to(&listening);
		EXPECT_EQ(0, judge_cut(ended, 5, i + 1));
		EXPECT_EQ(64, ledger_stat("records_total"));
	}
	EXPECT_EQ(10, ledger_stat("evicted_history"));
	EXPECT_EQ(0, judge_half_open(peer, gone, 8));

	/* Then the half-open. */
	for (int i = 0; i < 4; i++) {
		live[28 + i] = connect_to(&listening);
		/* One for each end. */
		give_way(&self->world, peer, gone, 8, &live[28 + i].c);
		give_way(&self->world, peer, gone, 8, &live[28 + i].c);
		EXPECT_EQ(0, judge_half_open(peer, gone, 8));
		EXPECT_EQ(64, ledger_stat("records_total"));
	}
	EXPECT_EQ(8, ledger_stat("evicted_embryonic"));
	EXPECT_EQ(0, ledger_stat("not_kept_full"));

	/* All are live now: nothing goes for a new one, be it a whole connection or a SYN. */
	extra = connect_to(&listening);
	EXPECT_EQ(0, records_of(&extra.c, &extra.s) + records_of(&extra.s, &extra.c));
	EXPECT_LE(2, ledger_stat("not_kept_full"));
	half_open(&self->world, peer, 8, 9);
	EXPECT_EQ(0, records_of(&peer[8].host, &peer[8].self));
	EXPECT_LE(3, ledger_stat("not_kept_full"));
	EXPECT_EQ(64, ledger_stat("records_total"));
	EXPECT_EQ(64, ledger_stat("records_live"));
	EXPECT_EQ(0, judge_cut(live, 32, 0));

	/* One that ends makes room again. */
	sock_reset(live[0].client);
	need(sock_state(live[0].server) == TCP_CLOSE, DEADLINE_MS);
	live[32] = connect_to(&listening);
	EXPECT_EQ(0, judge_cut(&live[32], 1, 0));
	EXPECT_EQ(0, judge_cut(live, 32, 1));
	EXPECT_EQ(12, ledger_stat("evicted_history"));
	EXPECT_EQ(64, ledger_stat("records_total"));
	forget_half_open(peer, 0, 9);
}

/* Leave a namespace with some ended connections, for the initial one to inherit. */
static void leave_history(struct world *world, int n)
{
	struct pair listening;

	if (unshare(CLONE_NEWNET))
		die("network namespace");
	link_up("lo");
	listening = pair_listen(world->family, 64);
	for (int i = 0; i < n; i++)
		connect_and_reset(&listening);
	close(listening.listener);
	if (setns(world->initial, CLONE_NEWNET))
		die("initial namespace");
}

/* This test will need room in the initial namespace, where dead ones left records. */
TEST_F_TIMEOUT(limits, inherited_first, USUAL + ORPHANS_S)
{
	struct world *world = &self->world;
	struct pair listening, own[5], live[24], extra[4];
	int n = 0;

	wait_for_the_dead(world);
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	link_up("lo");
	world_unjudged(&self->world, JUDGE_CAPTURE,
		       "what was evicted is captured, and in no record");
	module_reload("max_connections=64 history=60");
	listening = pair_listen(variant->family, 64);
	for (int i = 0; i < 5; i++)
		own[i] = connect_and_reset(&listening);
	leave_history(world, 3);
	need(ledger_stat("records_total") == 16, DEADLINE_MS);
	while (ledger_stat("records_total") < 64)
		live[n++] = connect_to(&listening);
	EXPECT_EQ(0, ledger_stat("evicted_inherited"));
	/* Each needs room for two: first what was left here goes, then the oldest of its own. */
	for (int i = 0; i < 3; i++)
		extra[i] = connect_to(&listening);
	EXPECT_EQ(6, ledger_stat("evicted_inherited"));
	EXPECT_EQ(0, judge_cut(own, 5, 0));
	extra[3] = connect_to(&listening);
	EXPECT_EQ(6, ledger_stat("evicted_inherited"));
	EXPECT_EQ(2, ledger_stat("evicted_history"));
	EXPECT_EQ(0, judge_cut(own, 5, 1));
	EXPECT_EQ(0, judge_cut(live, n, 0));
	for (int i = 0; i < n + 4; i++)
		sock_reset(i < n ? live[i].client : extra[i - n].client);
	world_enter(world, 0);
}

/* This test will have one namespace use up the global cap, at the cost of its own records only. */
TEST_F_TIMEOUT(limits, total, USUAL + ORPHANS_S)
{
	struct world *world = &self->world;
	struct pair listening[2], here[30], there[PAIRS_MAX], last;
	int n = 0, lost;

	wait_for_the_dead(world);
	world_add_space(world);
	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_TABLE,
		       "some connections have no record, though they are open");
	module_reload("max_connections=64 history=32 max_total=144");
	world_enter(world, 0);
	listening[0] = pair_listen(variant->family, 64);
	for (int i = 0; i < 30; i++)
		here[i] = connect_to(&listening[0]);
	world_enter(world, 1);
	listening[1] = pair_listen(variant->family, 64);
	while (!ledger_stat("not_kept_total") && n < PAIRS_MAX)
		there[n++] = connect_to(&listening[1]);
	EXPECT_LT(0, ledger_stat("not_kept_total"));
	EXPECT_EQ(0, ledger_stat("not_kept_full"));
	/* What the last attempt had kept before the cap was reached does not matter. */
	EXPECT_EQ(0, judge_cut(there, n - 1, 0));
	EXPECT_GE(80 - 60, ledger_stat("records_total"));

	sock_reset(there[0].client);
	need(sock_state(there[0].server) == TCP_CLOSE, DEADLINE_MS);
	lost = ledger_stat("not_kept_total");
	last = connect_to(&listening[1]);
	EXPECT_EQ(0, judge_cut(&last, 1, 0));
	EXPECT_EQ(0, judge_cut(there, n - 1, 1));
	EXPECT_EQ(2, ledger_stat("evicted_history"));
	EXPECT_EQ(lost, ledger_stat("not_kept_total"));
	world_enter(world, 0);
	EXPECT_EQ(0, judge_cut(here, 30, 0));
	EXPECT_EQ(60, ledger_stat("records_total"));
	EXPECT_EQ(0, ledger_stat("evicted_history") + ledger_stat("evicted_embryonic"));
}

/* This test will let hundreds of records go: their memory goes round, and none is lost. */
TEST_F_TIMEOUT(limits, memory_goes_round, USUAL)
{
	struct pair listening = pair_listen(variant->family, 8), p;
	int64_t before;

	world_unjudged(&self->world, JUDGE_CAPTURE, "most records are evicted");
	module_reload("max_connections=64 history=32 max_embryonic=16");
	before = memory_objects();
	for (int i = 0; i < ROUNDS; i++) {
		p = connect_to(&listening);
		sock_reset(p.client);	/* no TIME_WAIT, which would stay */
		close(p.server);
	}
	/* More than lay ready at first: one lost each time would have been replaced. */
	EXPECT_LE(2 * ROUNDS - 64, ledger_stat("evicted_history"));
	/* KASAN keeps what is freed for a while, and the slab counts it. */
	if (!slow_kernel())
		EXPECT_EQ(before, memory_objects());
	EXPECT_EQ(0, judge_memory());
}

TEST_HARNESS_MAIN
