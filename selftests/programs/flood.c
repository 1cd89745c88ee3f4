// SPDX-License-Identifier: GPL-2.0
/* Floods of SYNs and scans of ports: what they may cost, and whom. */
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/peer/flood.h"
#include "lib/peer/held.h"
#include "lib/test.h"
#include "lib/world/module.h"

/* SYNs of a wave, of two, of each family; ports of a scan; connections on one tuple. */
#define SYNS		(slow_kernel() ? 500 : times(1500, 50000))
#define PORTS		(slow_kernel() ? 500 : times(1200, 65535))
#define REUSES		(slow_kernel() ? 100 : times(600, 10000))
#define TUPLE_MOST	64	/* ended records kept of one tuple */
#define REAL		10	/* connections made while the flood goes on */
#define OPEN_PORT	6000
#define SCAN_PORT	20000	/* where it begins, unless it is of all */
#define LIMITS		"max_connections=1024 history=512 max_embryonic=128"
#define MOST		1024

WORLD_FIXTURE(flood);

static struct segment syn_from(int family, unsigned int n, const struct endpoint *to)
{
	return (struct segment){
		.src = nobody(family, n), .dst = *to, .seq = n * 2654435761u, .win = 65000,
		.flags = SEG_SYN, .mss = 1000, .wscale = -1,
	};
}

/* What no flood may exceed: for each record a block, and one for its log. */
static int64_t memory_most(int64_t before)
{
	return before + 2LL * MODULE_BLOCK * MOST;
}

/* The stock of free blocks on top, and what is half used of the allocator's pages. */
static bool slab_is_bounded(void)
{
	return slab_blocks() <= 2 * MOST + 4096 + 512;
}

/* Bytes that a file of lines "name: value kB" has under a name. */
static int64_t memory_available(void)
{
	char *text = read_all("/proc/meminfo");
	const char *line = strstr(text, "MemAvailable:");
	int64_t kb = line ? atoll(line + strlen("MemAvailable:")) : 0;

	free(text);
	return kb * 1024;
}

/* One wave against an open port, with real connections in between. */
static void flood_wire(struct wire *wire, int family, unsigned int wave,
		       const struct pair *listening, struct pair *real)
{
	struct endpoint to = wire->host;

	to.port = OPEN_PORT;
	for (unsigned int i = 0; i < SYNS; i++) {
		struct segment syn = syn_from(family, i, &to);

		/* The request of the wave before may still be there: no SYN is sent again. */
		syn.src.port += wave;
		wire_send(wire, &syn);
		if (i % (SYNS / REAL) == 0)
			real[i / (SYNS / REAL)] = connect_and_reset(listening);
		if (i % 100 == 0)
			wire_drain(wire);
	}
	wire_drain(wire);
}

/* This test will flood one namespace from many addresses, and look into two others. */
TEST_F_TIMEOUT(flood, syns, 6000)
{
	struct world *world = &self->world;
	struct held held[2];
	struct pair listening, real[REAL];
	struct endpoint any;
	int64_t before, available, both;

	module_reload(LIMITS);
	held[0] = hold(variant->family);
	world_add_space(world);
	held[1] = hold(variant->family);
	/* A third namespace, where no judge listens: nobody could read all that. */
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	run("ip link set lo up");
	wire_open(&world->wire, variant->family);
	route_nobody(variant->family, "wire0");
	any = endpoint_from_text(variant->family == AF_INET ? "0.0.0.0" : "::", OPEN_PORT);
	sock_listen(variant->family, &any, 256);
	listening = pair_listen(variant->family, 64);
	before = ledger_stat("memory_bytes");
	available = memory_available();

	for (int wave = 0; wave < 2; wave++) {
		flood_wire(&world->wire, variant->family, wave, &listening, real);
		EXPECT_EQ(0, judge_real(real, REAL));
		EXPECT_GE(MOST, ledger_stat("records_total"));
		EXPECT_GE(128, ledger_stat("records_embryonic"));
		EXPECT_GE(128, ledger_stat("records_never_established"));
		EXPECT_GE(memory_most(before), ledger_stat("memory_bytes"));
		EXPECT_TRUE(slab_is_bounded());
		/* Its own queues are the kernel's business: 8 MB of them at most. */
		EXPECT_GE(memory_most(8 << 20), available - memory_available());
	}
	/* A real connection may be both: shed at its SYN, recorded at the third ACK. */
	both = ledger_stat("records_created") + ledger_stat("shed") - 2 * (SYNS + 2 * REAL);
	EXPECT_LE(0, both);
	EXPECT_GE(2 * REAL, both);
	EXPECT_LE(2 * SYNS, ledger_stat("segments_in"));
	EXPECT_LE(2 * (SYNS - 128), ledger_stat("evicted_embryonic") + ledger_stat("shed") - both);
	EXPECT_EQ(0, judge_balance());
	EXPECT_EQ(0, ledger_stat("not_kept_full") + ledger_stat("not_kept_memory"));
	for (int i = 1; i >= 0; i--) {
		world_enter(world, i);
		EXPECT_EQ(0, judge_held(&held[i]));
	}
}

/* This test will scan the ports of a namespace that has a history worth keeping. */
TEST_F_TIMEOUT(flood, scan, 6000)
{
	struct world *world = &self->world;
	struct pair listening, real[REAL];
	struct held held;
	struct endpoint to;
	struct wire *wire = &world->wire;

	module_reload(LIMITS);
	held = hold(variant->family);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	run("ip link set lo up");
	wire_open(wire, variant->family);
	listening = pair_listen(variant->family, 64);
	for (int i = 0; i < REAL; i++)
		real[i] = connect_and_reset(&listening);
	to = wire->host;
	for (unsigned int i = 0; i < PORTS; i++) {
		struct segment syn = syn_from(variant->family, 0, &to);

		syn.src = wire->far;
		syn.src.port = OPEN_PORT;
		syn.dst.port = PORTS == 65535 ? i + 1 : SCAN_PORT + i;
		wire_send(wire, &syn);
		if (i % 100 == 0)
			wire_drain(wire);
	}
	wire_drain(wire);
	EXPECT_EQ(0, judge_real(real, REAL));
	EXPECT_EQ(PORTS, ledger_stat("opens_refused") + ledger_stat("shed"));
	EXPECT_EQ(128, ledger_stat("records_never_established"));
	EXPECT_EQ(PORTS - 128, ledger_stat("evicted_failed") + ledger_stat("shed"));
	EXPECT_EQ(0, ledger_stat("evicted_history"));
	EXPECT_EQ(PORTS + 2 * REAL, ledger_stat("records_created") + ledger_stat("shed"));
	EXPECT_EQ(0, judge_balance());
	world_enter(world, 0);
	EXPECT_EQ(0, judge_held(&held));
}

/* Connect from one port and reset, again and again. */
static void reuse_tuple(struct wire *wire, int listener, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct peer peer = peer_at(wire, FAR_PORT, OPEN_PORT);
		int fd;

		peer.seq = i * 2654435761u;
		peer_open_connection(&peer);
		fd = sock_accept(listener);
		peer_send(&peer, SEG_RST, 0);
		need(sock_state(fd) == TCP_CLOSE, DEADLINE_MS);
		close(fd);
	}
}

/* What it takes to read all records, in virtual time: instructions. */
static int64_t read_cost(void)
{
	int64_t start = now_ns();

	free(read_all(LEDGER_PROC "/log"));
	return now_ns() - start;
}

/* This test will use one tuple at the highest rate: what is kept of it, and what reading costs. */
TEST_F_TIMEOUT(flood, one_tuple, 6000)
{
	struct world *world = &self->world;
	struct wire *wire = &world->wire;
	int64_t one, cost[2];
	struct endpoint at;
	int listener;

	world_unjudged(world, JUDGE_ALL & ~(JUDGE_TEXT | JUDGE_TABLE | JUDGE_MEMORY),
		       "most of what was captured and traced is in no record any more");
	module_reload("max_connections=65536 history=32768");
	hold(variant->family);
	capture_close(&world->space[0].capture);
	wire_open(wire, variant->family);
	at = wire->host;
	at.port = OPEN_PORT;
	listener = sock_listen(variant->family, &at, 64);
	for (int i = 0; i < 2; i++) {
		reuse_tuple(wire, listener, REUSES);
		one = read_cost();
		cost[i] = read_cost();
		cost[i] = one < cost[i] ? one : cost[i];
	}
	say("%u records made, reading costs %lld us, after as many more %lld us", REUSES,
	    (long long)cost[0] / 1000, (long long)cost[1] / 1000);
	EXPECT_GE(cost[0] * 5 / 4, cost[1]);
	/* And four records of the connections that are held. */
	EXPECT_EQ(2 * REUSES + 4, ledger_stat("records_created"));
	EXPECT_EQ(2 * REUSES + 2, ledger_stat("closes_reset"));
	EXPECT_EQ(TUPLE_MOST + 4, ledger_stat("records_total"));
	EXPECT_EQ(2 * REUSES - TUPLE_MOST, ledger_stat("evicted_tuple"));
	EXPECT_EQ(0, judge_balance());
	capture_open(&world->space[0].capture);
}

/* Devices that lose what is sent, each a way to one address. Return: that, and the own one. */
static struct pair ways_to_nowhere(int family, int n)
{
	const char *own = family == AF_INET ? "198.51.100.1" : "2001:db8:1::1";
	const char *to = family == AF_INET ? "198.51.100.2" : "2001:db8:1::2";
	const char *ip = family == AF_INET ? "ip" : "ip -6";
	const char *at_once = family == AF_INET ? "" : "nodad";

	for (int i = 0; i < n; i++) {
		run("ip link add way%d type dummy", i);
		run("ip link set way%d up", i);
		if (!i)
			run("%s addr add %s dev way0 %s", ip, own, at_once);
		run("%s route add %s dev way%d metric %d", ip, to, i, 100 + i);
	}
	return (struct pair){
		.family = family,
		.c = endpoint_from_text(own, FAR_PORT), .s = endpoint_from_text(to, OPEN_PORT),
	};
}

/* This test will use one tuple on one device after the other: there are not more for it. */
TEST_F_TIMEOUT(flood, one_tuple_on_devices, USUAL)
{
	const int ways = 3, each = 40;
	struct pair p;

	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_STATES,
		       "most of what was captured and traced is in no record any more");
	module_reload("max_connections=65536 history=32768");
	world_add_space(&self->world);
	p = ways_to_nowhere(variant->family, ways);
	for (int i = 0; i < ways; i++) {
		char name[16];

		snprintf(name, sizeof(name), "way%d", i);
		for (int n = 0; n < each; n++) {
			p.client = sock_bound(variant->family, &p.c);
			sock_set(p.client, SOL_SOCKET, SO_BINDTOIFINDEX, if_nametoindex(name));
			ASSERT_EQ(EINPROGRESS, sock_connect_start(p.client, variant->family, &p.s));
			close(p.client);
		}
	}
	EXPECT_EQ(ways * each, ledger_stat("records_created"));
	EXPECT_EQ(TUPLE_MOST, ledger_stat("records_total"));
	EXPECT_EQ(ways * each - TUPLE_MOST, ledger_stat("evicted_tuple"));
	EXPECT_EQ(0, judge_balance());
}

/* One container floods another, which has connections of its own all the while. */
TEST_F_TIMEOUT(flood, containers, 6000)
{
	struct world *world = &self->world;
	struct pair listening, real[REAL];
	struct held attacker, third;
	struct endpoint any, to;
	bool v4 = variant->family == AF_INET;
	int fd;

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_TABLE,
		       "what is forged, and what was evicted, is in no record");
	module_reload(LIMITS);
	world_add_space(world);
	world_add_veth(world);
	capture_close(&world->space[0].capture);
	third = hold(variant->family);
	any = endpoint_from_text(v4 ? "0.0.0.0" : "::", OPEN_PORT);
	sock_listen(variant->family, &any, 256);
	listening = pair_listen(variant->family, 64);
	route_nobody(variant->family, "veth0");
	to = endpoint_from_text(v4 ? "198.51.100.1" : "2001:db8:1::1", OPEN_PORT);
	world_enter(world, 1);
	/* Makes the neighbours known: no spoofed address can ask for them. */
	fd = sock_new(variant->family);
	ASSERT_EQ(0, sock_connect(fd, variant->family, &to));
	sock_reset(fd);
	attacker = hold(variant->family);

	for (unsigned int i = 0; i < SYNS; i++) {
		struct segment syn = syn_from(variant->family, i, &to);

		if (i % (SYNS / REAL) == 0) {
			world_enter(world, 0);
			real[i / (SYNS / REAL)] = connect_and_reset(&listening);
			world_enter(world, 1);
		}
		raw_send(&syn);
	}
	world_enter(world, 0);
	EXPECT_EQ(0, judge_real(real, REAL));
	EXPECT_EQ(0, judge_balance());
	EXPECT_LE(SYNS - 128, ledger_stat("evicted_embryonic") + ledger_stat("shed"));
	EXPECT_GE(MOST, ledger_stat("records_total"));
	EXPECT_VERDICT(third.live.c, third.live.s, 0, "state=ESTABLISHED live=true");
	EXPECT_VERDICT(third.ended.c, third.ended.s, 0, "close.kind=reset live=false");
	/* What a raw socket sends is no connection of the container that sends it. */
	world_enter(world, 1);
	EXPECT_EQ(0, judge_held(&attacker));
	EXPECT_EQ(5, ledger_stat("records_created"));
	capture_open(&world->space[0].capture);
}

TEST_HARNESS_MAIN
