// SPDX-License-Identifier: GPL-2.0
/*
 * Hours of virtual time under a load that does the same in each: once the history is
 * full, neither the module's memory nor the kernel's own objects may grow.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/load.h"
#include "lib/world/module.h"

#define HOURS		times(1, 24)	/* after the first, which fills the history */
#define STEPS		6		/* an hour */
#define ROUNDS		12		/* a step */
#define PARAMETERS	"max_connections=1024 history=256 max_embryonic=64"
#define KEPT		256

/* What an hour leaves behind. */
enum gauge { MEMORY, BLOCKS, RECORDS, SOCKETS, SOCKETS6, REQUESTS, TIMEWAITS, GAUGES };

static const char *const names[GAUGES] = {
	"memory_bytes", "blocks", "records", "TCP", "TCPv6", "request_sock_TCP", "tw_sock_TCP"
};

static void __attribute__((constructor)) begin(void)
{
	trace_begin();
}

FIXTURE(day) {
	struct world world;
};

FIXTURE_SETUP(day)
{
	module_reload(PARAMETERS);
	world_open(&self->world, AF_INET);
	wire_open(&self->world.wire, AF_INET);
	sysctl_set("ipv4/tcp_syncookies", "0");
}

FIXTURE_TEARDOWN(day)
{
	world_close(&self->world);
}

/* Objects in use of one of the kernel's caches; 0 if it has none of that name. */
static int64_t objects(const char *cache)
{
	char *text = read_all("/proc/slabinfo"), key[48];
	const char *line;
	long long n = 0;

	snprintf(key, sizeof(key), "\n%s ", cache);
	line = strstr(text, key);
	if (line)
		sscanf(line + strlen(key), "%lld", &n);
	free(text);
	return n;
}

static void read_gauges(int64_t *g)
{
	g[MEMORY] = ledger_stat("memory_bytes");
	g[BLOCKS] = slab_blocks();
	g[RECORDS] = ledger_stat("records_total");
	for (int i = SOCKETS; i < GAUGES; i++)
		g[i] = objects(names[i]);
}

/* Connections of this host with itself: orderly, reset, refused. */
static void inside(int family)
{
	struct pair p = pair_open(family);
	struct endpoint closed = loopback(family);
	int fd = sock_new(family);

	sock_send(p.client, 100, 0);
	sock_receive(p.server, 100);
	pair_close_orderly(&p);
	pair_connect(&p);
	sock_reset(p.client);
	close(p.server);
	close(p.listener);
	closed.port = 9;
	if (sock_connect(fd, family, &closed) != ECONNREFUSED)
		die("port 9 is open");
	close(fd);
}

/* Connections with a peer that lets them hang: SYNs that are half of a handshake, and none. */
static void outside(struct world *world, unsigned int n)
{
	struct peer peer = peer_at(&world->wire, 10000 + n % 40000, WIRE_PORT), silent;
	int fd;

	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	fd = wire_connect(world, &silent);
	peer_expect(&silent, SEG_SYN, DEADLINE_MS);
	if (n % 2)
		close(fd);
	else
		sock_reset(fd);
	wire_drain(&world->wire);
}

static void step(struct world *world, unsigned int *n)
{
	struct load load = { .spaces_wanted = 3 };
	pthread_t spaces = load_start(&load, load_spaces);

	for (int i = 0; i < ROUNDS; i++) {
		inside(i % 2 ? AF_INET : AF_INET6);
		outside(world, ++*n);
	}
	load_wait(&spaces, 1);
}

static int compare(const int64_t *first, const int64_t *now, unsigned int hour)
{
	int wrong = 0;

	say("hour %u: %lld bytes in %lld blocks, %lld records; %lld + %lld sockets, %lld requests, "
	    "%lld in TIME_WAIT", hour, (long long)now[MEMORY], (long long)now[BLOCKS],
	    (long long)now[RECORDS], (long long)now[SOCKETS], (long long)now[SOCKETS6],
	    (long long)now[REQUESTS], (long long)now[TIMEWAITS]);
	for (int i = 0; hour && i < GAUGES; i++) {
		if (now[i] <= first[i])
			continue;
		say("%s grew from %lld to %lld", names[i], (long long)first[i], (long long)now[i]);
		wrong++;
	}
	return wrong;
}

/* This test will do the same each hour, and see what is left of it each time. */
TEST_F_TIMEOUT(day, flat, 30 * 3600)
{
	struct world *world = &self->world;
	int64_t first[GAUGES], now[GAUGES];
	unsigned int n = 0;

	wire_listen(world, 64);
	for (unsigned int hour = 0; hour <= HOURS; hour++) {
		for (int i = 0; i < STEPS; i++) {
			step(world, &n);
			sleep(3600 / STEPS);
			wire_drain(&world->wire);
		}
		need(ledger_stat("records_live") == 0, DEADLINE_MS);
		read_gauges(hour ? now : first);
		EXPECT_EQ(KEPT, ledger_stat("records_total"));
		EXPECT_EQ(0, judge_balance());
		EXPECT_EQ(0, compare(first, hour ? now : first, hour));
	}
	EXPECT_EQ(0, ledger_stat("anomalies_illegal_transition"));
	EXPECT_EQ(0, ledger_stat("not_kept_memory"));
}

TEST_HARNESS_MAIN
