// SPDX-License-Identifier: GPL-2.0
/*
 * Packets that break the rules, and packets with random changes, to listeners, closed
 * ports and open connections: the kernel's own tables say what TCP made of them.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/ledger/records.h"
#include "lib/peer/held.h"
#include "lib/peer/spoil.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define CLOSED_PORT	4999
#define VICTIMS		16
#define LIMITS		"max_connections=512 history=256 max_embryonic=64"
#define MOST		512
#define UNTOUCHED	"state=ESTABLISHED live=true partial=false anomalies= log_dropped=0"

WORLD_FIXTURE(hostile);

static void send_spoiled(struct wire *wire, unsigned int rule, const struct segment *seg)
{
	struct spoiled packets;

	spoil(rule, seg, &packets);
	for (unsigned int i = 0; i < packets.n; i++)
		wire_send_bytes(wire, packets.data[i], packets.len[i]);
}

/* A segment with room for every rule: options in a SYN, a payload in others. */
static struct segment roomy(const struct peer *peer, uint8_t flags)
{
	struct segment seg = peer_segment(peer, flags, flags & SEG_SYN ? 0 : 40);

	seg.timestamps = true;
	return seg;
}

/* Read each file to its end. */
static void read_files(void)
{
	static const char *const names[] = { "connections", "log", "timewait", "stats" };
	struct records records;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char path[64];

		snprintf(path, sizeof(path), LEDGER_PROC "/%s", names[i]);
		free(read_all(path));
	}
	records_read(&records);
	records_free(&records);
}

static int judge_held_and_close(struct held *held)
{
	int wrong = judge_held(held);

	pair_close_orderly(&held->live);
	return wrong + verdict(&held->live.c, &held->live.s, 0,
			       "close.kind=four_segment anomalies= bytes_sent=0 log_dropped=0 "
			       "partial=false state=TIME_WAIT");
}

/* This test will break each rule in a SYN to a listener and in one to a closed port. */
TEST_F_TIMEOUT(hostile, syns, 600)
{
	struct world *world = &self->world;
	struct held held;

	world_unjudged(world, JUDGE_CAPTURE, "what is malformed is captured, and in no record");
	/* A test before this one may have left it with little room. */
	module_reload("");
	held = hold(variant->family);
	wire_listen(world, 1024);
	for (unsigned int rule = 0; rule < spoil_rules(); rule++) {
		struct peer peer = peer_at(&world->wire, FAR_PORT + rule, WIRE_PORT);
		struct segment syn = roomy(&peer, SEG_SYN);

		send_spoiled(&world->wire, rule, &syn);
		syn.dst.port = CLOSED_PORT;
		send_spoiled(&world->wire, rule, &syn);
	}
	wire_drain(&world->wire);
	read_files();
	EXPECT_LT(0, ledger_stat("malformed_segments"));
	EXPECT_EQ(0, judge_held_and_close(&held));
}

/* Segments of which each, if TCP takes it, moves an open connection. */
static const uint8_t moving[] = {
	SEG_PSH | SEG_ACK, SEG_FIN | SEG_ACK, SEG_RST | SEG_ACK, SEG_SYN, SEG_SYN | SEG_ACK,
};

static int judge_moved(struct world *world, uint8_t flags)
{
	int fd[128], wrong, listener = wire_listen(world, 1024);

	for (unsigned int rule = 0; rule < spoil_rules(); rule++) {
		struct peer peer = peer_at(&world->wire, FAR_PORT + rule, WIRE_PORT);
		struct segment seg;

		fd[rule] = wire_serve(listener, &peer);
		seg = roomy(&peer, flags);
		send_spoiled(&world->wire, rule, &seg);
	}
	wire_drain(&world->wire);
	read_files();
	wrong = judge(world);
	for (unsigned int rule = 0; rule < spoil_rules(); rule++)
		sock_reset(fd[rule]);
	close(listener);
	return wrong;
}

/* This test will break each rule in segments to open connections, one connection each. */
TEST_F_TIMEOUT(hostile, established, 600)
{
	ASSERT_GE(128, spoil_rules());
	module_reload("");
	for (size_t i = 0; i < sizeof(moving); i++) {
		struct world world;
		struct held held;
		int wrong;

		world_open(&world, variant->family);
		world_unjudged(&world, JUDGE_CAPTURE,
			       "what is malformed is captured, and in no record");
		if (variant->family == AF_INET6)
			world_unjudged(&world, JUDGE_ACCEPTED | JUDGE_STATES,
				       "IPv6 puts fragments together behind the hook");
		held = hold(variant->family);
		wrong = judge_moved(&world, moving[i]);
		wrong += judge_held_and_close(&held);
		if (wrong)
			say("flags %#x: %d wrong", moving[i], wrong);
		EXPECT_EQ(0, wrong);
		world_close(&world);
	}
}

/**
 * struct victim - an open connection that is shot at
 * @fd: its socket
 * @peer: its peer
 */
struct victim {
	int fd;
	struct peer peer;
};

/* Open a connection, unless a SYN with a changed port has half-opened one there before. */
static bool try_open(struct peer *peer)
{
	struct segment seg;

	peer_send(peer, SEG_SYN, 0);
	do {
		if (!wire_receive(peer->wire, &seg, DEADLINE_MS))
			die("port %u: a SYN is not answered", peer->self.port);
	} while (!endpoint_equal(&seg.dst, &peer->self));
	peer->ack = seg.seq + 1;
	if (seg.flags == (SEG_SYN | SEG_ACK) && seg.ack == peer->seq)
		peer_send(peer, SEG_ACK, 0);
	return seg.flags == (SEG_SYN | SEG_ACK) && seg.ack == peer->seq;
}

static void revive(struct victim *v, int listener, struct wire *wire, unsigned int *port)
{
	if (v->fd >= 0)
		sock_reset(v->fd);
	do {
		v->peer = peer_at(wire, 1024 + (*port)++ % 30000, WIRE_PORT);
	} while (!try_open(&v->peer));
	v->fd = sock_accept(listener);
}

/* A segment that is sound until something happens to it. */
static struct segment any_segment(struct wire *wire, struct victim *victim, uint64_t n)
{
	static const uint8_t flags[] = {
		SEG_SYN, SEG_ACK, SEG_PSH | SEG_ACK, SEG_FIN | SEG_ACK, SEG_RST, SEG_SYN | SEG_ACK,
	};
	struct peer stranger = peer_at(wire, 32000 + n % 30000, n % 2 ? WIRE_PORT : CLOSED_PORT);
	uint8_t f = flags[n % sizeof(flags)];

	return roomy(n % 5 ? &victim[n % VICTIMS].peer : &stranger, f);
}

static uint64_t cookie_of(int fd)
{
	socklen_t len = sizeof(uint64_t);
	uint64_t cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		die("SO_COOKIE");
	return cookie;
}

/* The record of a socket: its tuple may have another by now. */
static const struct tcpledger_record *find_socket(const struct records *records, int fd)
{
	uint64_t cookie = cookie_of(fd);

	for (size_t i = 0; i < records->n; i++)
		if (records->list[i]->cookie == (int64_t)cookie)
			return records->list[i];
	return NULL;
}

/* Each victim is in the ledger in the state in which its owner sees it. */
static int judge_victims(const struct victim *victim)
{
	struct records records;
	int wrong = 0;

	records_read(&records);
	for (int i = 0; i < VICTIMS; i++) {
		const struct tcpledger_record *rec = find_socket(&records, victim[i].fd);
		int state = sock_state(victim[i].fd);

		if (rec && rec->state == state)
			continue;
		say("port %u is in %s, in the ledger in %s", victim[i].peer.self.port,
		    state_name(state), rec ? state_name(rec->state) : "no state");
		wrong++;
	}
	records_free(&records);
	return wrong;
}

/* One round: random shots, then everything is read and compared. */
static int shoot(struct world *world, struct victim *victim, int listener, uint64_t *seed,
		 unsigned int shots, unsigned int *port)
{
	int wrong;

	for (unsigned int i = 0; i < shots; i++) {
		struct segment seg = any_segment(&world->wire, victim, i);
		uint8_t data[SPOILED_MAX];
		size_t len = packet_build(&seg, data, sizeof(data));

		len = spoil_at_random(seed, data, len);
		wire_send_bytes(&world->wire, data, len);
		if (i % 64 == 63)
			wire_drain(&world->wire);
	}
	wire_drain(&world->wire);
	read_files();
	wrong = judge_victims(victim);
	for (int i = 0; i < VICTIMS; i++)
		if (sock_state(victim[i].fd) != TCP_ESTABLISHED)
			revive(&victim[i], listener, &world->wire, port);
	return wrong;
}

/* This test will change segments at random, with the same seed each time. */
TEST_F_TIMEOUT(hostile, mutations, 3000)
{
	static struct victim victim[VICTIMS];
	struct world *world = &self->world;
	unsigned int port = 0, rounds = times(2, 200);
	uint64_t seed = 20240229;
	struct held held;
	struct pair beside;
	int listener;

	world_unjudged(world, JUDGE_ALL & ~(JUDGE_TEXT | JUDGE_MEMORY),
		       "more is captured and traced than can be read, and logs are full");
	module_reload(LIMITS);
	/* Elsewhere, since the history here gives way to the victims'. */
	held = hold(variant->family);
	world_add_space(world);
	beside = pair_open(variant->family);
	/* No judge could read all that is captured here. */
	capture_close(&world->space[1].capture);
	listener = wire_listen(world, 1024);
	for (int i = 0; i < VICTIMS; i++) {
		victim[i].fd = -1;
		revive(&victim[i], listener, &world->wire, &port);
	}
	for (unsigned int round = 0; round < rounds; round++) {
		EXPECT_EQ(0, shoot(world, victim, listener, &seed, 500, &port));
		EXPECT_GE(MOST, ledger_stat("records_total"));
	}
	EXPECT_EQ(0, ledger_stat("not_kept_memory") + ledger_stat("not_kept_full"));
	EXPECT_LT(0, ledger_stat("malformed_segments"));
	EXPECT_VERDICT(beside.c, beside.s, 0, UNTOUCHED);
	EXPECT_VERDICT(beside.s, beside.c, 0, UNTOUCHED);
	EXPECT_EQ(0, judge_balance());
	say("%u packets, %lld malformed, %lld strays, %lld records", 500 * rounds,
	    (long long)ledger_stat("malformed_segments"),
	    (long long)ledger_stat("stray_segments"), (long long)ledger_stat("records_created"));
	capture_open(&world->space[1].capture);
	world_enter(world, 0);
	EXPECT_EQ(0, judge_held(&held));
}

TEST_HARNESS_MAIN
