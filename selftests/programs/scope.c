// SPDX-License-Identifier: GPL-2.0
/*
 * net.tcpledger.enabled: which connections have records, which are only counted, and
 * which are adopted when a namespace is switched on.
 *
 * The capture, the kernel's trace and its table of sockets are the judges: they see all
 * connections, and outside_add() names those that must be in no record.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/judge/ss.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"
#include "lib/world/outside.h"

#define CLOSED_PORT	4999
#define TIMER_MS	70000	/* 2MSL, and what the kernel's timer wheel adds */
#define ENABLED		"tcpledger/enabled"

WORLD_FIXTURE(scope);

static bool ss_empty(void)
{
	static struct ss ss;

	ss_read(&ss);
	return !ss.n;
}

static int enabled(void)
{
	char *text = read_all("/proc/sys/net/" ENABLED);
	int value = atoi(text);

	free(text);
	return value;
}

/* Connect to where nobody listens, and tell the judges that this has no record. */
static void refused_outside(struct world *world)
{
	struct pair p = { .c = loopback(world->family), .s = loopback(world->family) };

	p.c.port = FAR_PORT;
	p.s.port = CLOSED_PORT;
	p.client = sock_bound(world->family, &p.c);
	if (sock_connect(p.client, world->family, &p.s) != ECONNREFUSED)
		die("port %u is not closed", CLOSED_PORT);
	close(p.client);
	outside_add_pair(world, &p);
}

/* This test will switch records off beside an open connection, whose record goes on. */
TEST_F_TIMEOUT(scope, off, USUAL)
{
	struct world *world = &self->world;
	struct pair before, after;

	before = pair_open(variant->family);
	EXPECT_EQ(2, ledger_stat("records_created"));
	sysctl_set(ENABLED, "0");
	after = pair_open(variant->family);
	outside_add_pair(world, &after);
	EXPECT_EQ(2, ledger_stat("disabled"));
	refused_outside(world);
	EXPECT_EQ(4, ledger_stat("disabled"));
	EXPECT_EQ(0, records_of(&after.c, &after.s) + records_of(&after.s, &after.c));

	pair_close_orderly(&before);
	pair_close_orderly(&after);
	EXPECT_VERDICT(before.c, before.s, 0,
		       "partial=false state=TIME_WAIT live=true close.kind=four_segment");
	EXPECT_JUDGED(world);
	need(ss_empty(), TIMER_MS);
	EXPECT_VERDICT(before.c, before.s, 0,
		       "partial=false live=false time_wait.exit=expired "
		       "time_wait.residence_exact=true close.kind=four_segment");
	EXPECT_VERDICT(before.s, before.c, 0, "partial=false live=false close.first=remote");
	/* Each end was counted once, from its SYN to the end of TIME_WAIT. */
	EXPECT_EQ(4, ledger_stat("disabled"));
	EXPECT_EQ(2, ledger_stat("records_created"));
	EXPECT_EQ(2, records_all());
}

/* This test will have SYNs and SYN/ACKs repeated, cross and fail while records are off. */
TEST_F_TIMEOUT(scope, off_repeated, USUAL)
{
	struct world *world = &self->world;
	struct peer to_us, to_it, crossed;
	int listener, fd;

	sysctl_set(ENABLED, "0");
	listener = wire_listen(world, 8);

	/* A SYN that comes twice; the kernel itself repeats its answer. */
	to_us = peer_at(&world->wire, FAR_PORT + 1, WIRE_PORT);
	peer_send(&to_us, SEG_SYN, 0);
	peer_expect(&to_us, SEG_SYN | SEG_ACK, DEADLINE_MS);
	to_us.seq--;
	peer_send(&to_us, SEG_SYN, 0);
	peer_expect_again(&to_us, DEADLINE_MS);
	peer_expect_again(&to_us, DEADLINE_MS);
	EXPECT_EQ(1, ledger_stat("disabled"));
	peer_send(&to_us, SEG_ACK, 0);
	sock_reset(sock_accept(listener));
	outside_add(world, &to_us.host, &to_us.self);

	/* A SYN that leaves twice. */
	fd = wire_connect(world, &to_it);
	peer_expect(&to_it, SEG_SYN, DEADLINE_MS);
	peer_expect_again(&to_it, DEADLINE_MS);
	EXPECT_EQ(2, ledger_stat("disabled"));
	close(fd);
	outside_add(world, &to_it.host, &to_it.self);

	/* SYNs that cross are one connection. */
	crossed = peer_at(&world->wire, FAR_PORT + 2, 0);
	fd = sock_new(variant->family);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(fd, variant->family, &crossed.self));
	peer_expect(&crossed, SEG_SYN, DEADLINE_MS);
	peer_send(&crossed, SEG_SYN, 0);
	peer_expect(&crossed, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(&crossed, SEG_ACK, 0);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	sock_reset(fd);
	outside_add(world, &crossed.host, &crossed.self);
	EXPECT_EQ(3, ledger_stat("disabled"));
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(0, ledger_stat("records_created"));
}

/* This test will switch records on with connections of all kinds there. */
TEST_F_TIMEOUT(scope, on_again, USUAL)
{
	struct world *world = &self->world;
	struct pair known, whole, half, over;
	struct peer syn_sent, request;
	static struct ss there;
	struct ledger ledger;
	int connecting;

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED |
		       JUDGE_TIMEWAIT, "connections are older than their records");
	known = pair_open(variant->family);
	wire_listen(world, 8);
	sysctl_set(ENABLED, "0");
	whole = pair_open(variant->family);
	half = pair_open(variant->family);
	shutdown(half.client, SHUT_WR);
	need(sock_state(half.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	over = pair_open(variant->family);
	pair_close_orderly(&over);
	connecting = wire_connect(world, &syn_sent);
	peer_expect(&syn_sent, SEG_SYN, DEADLINE_MS);
	request = peer_at(&world->wire, FAR_PORT + 1, WIRE_PORT);
	peer_send(&request, SEG_SYN, 0);
	peer_expect(&request, SEG_SYN | SEG_ACK, DEADLINE_MS);
	EXPECT_EQ(8, ledger_stat("disabled"));
	EXPECT_EQ(2, records_all());

	sysctl_set(ENABLED, "1");
	/* ss names each connection that exists at this moment; over.s is no more. */
	ss_read(&there);
	ASSERT_EQ(9, there.n);
	EXPECT_EQ(7, ledger_stat("adopted_records"));
	ledger_read(&ledger);
	EXPECT_EQ(0, judge_ss(&there, &ledger));
	EXPECT_EQ(9, ledger.n);
	ledger_free(&ledger);
	EXPECT_VERDICT(known.c, known.s, 0, "open.role=active partial=false live=true");
	EXPECT_VERDICT(known.s, known.c, 0, "open.role=passive partial=false live=true");
	EXPECT_VERDICT(whole.c, whole.s, 0, "open.role=adopted state=ESTABLISHED partial=true");
	EXPECT_VERDICT(half.s, half.c, 0, "open.role=adopted state=CLOSE_WAIT partial=true");
	EXPECT_VERDICT(over.c, over.s, 0, "open.role=adopted state=TIME_WAIT partial=true");
	EXPECT_VERDICT(syn_sent.host, syn_sent.self, 0, "open.role=adopted state=SYN_SENT");
	EXPECT_VERDICT(request.host, request.self, 0, "open.role=adopted state=SYN_RECV");

	/* Switched on twice, and read: nothing is adopted twice, and nothing counted. */
	sysctl_set(ENABLED, "1");
	sysctl_set(ENABLED, "0");
	sysctl_set(ENABLED, "1");
	EXPECT_EQ(7, ledger_stat("adopted_records"));
	EXPECT_EQ(8, ledger_stat("disabled"));
	EXPECT_EQ(9, records_all());

	pair_close_orderly(&whole);
	EXPECT_VERDICT(whole.c, whole.s, 0, "state=TIME_WAIT close.kind=four_segment");
	peer_send(&request, SEG_RST, 0);
	close(connecting);
}

/* This test will switch records off in one of two namespaces that are joined. */
TEST_F_TIMEOUT(scope, one_namespace, USUAL)
{
	struct world *world = &self->world;
	bool v4 = variant->family == AF_INET;
	struct endpoint any = endpoint_from_text(v4 ? "0.0.0.0" : "::", WIRE_PORT);
	struct pair p = { .family = variant->family };

	world_add_space(world);
	world_add_veth(world);
	sysctl_set(ENABLED, "0");
	world_enter(world, 1);
	p.listener = sock_listen(variant->family, &any, 8);
	p.s = endpoint_from_text(v4 ? "198.51.100.2" : "2001:db8:1::2", WIRE_PORT);
	EXPECT_EQ(1, enabled());
	world_enter(world, 0);
	pair_connect(&p);
	pair_close_orderly(&p);
	outside_add(world, &p.c, &p.s);
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(1, ledger_stat("disabled"));
	world_enter(world, 1);
	EXPECT_EQ(1, records_all());
	EXPECT_EQ(0, ledger_stat("disabled"));
	EXPECT_VERDICT(p.s, p.c, 0, "partial=false close.kind=four_segment live=false");
}

/* This test will write to the sysctl what it does not take. */
TEST_F_TIMEOUT(scope, bad_values, USUAL)
{
	static const char *const bad[] = { "2", "-1", "x", "4294967296" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		EXPECT_FALSE(write_text("/proc/sys/net/" ENABLED, bad[i]));
	pair_open(variant->family);
	EXPECT_EQ(2, records_all());
}

/* This test will load the module so that no namespace records, or only that of the host. */
TEST_F_TIMEOUT(scope, at_load, USUAL)
{
	struct world *world = &self->world;
	struct pair old, p;

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED,
		       "a connection is older than the module");
	old = pair_open(variant->family);
	module_reload("enabled=none");
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(2, ledger_stat("disabled"));
	p = pair_open(variant->family);
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(4, ledger_stat("disabled"));
	sysctl_set(ENABLED, "1");
	EXPECT_EQ(4, records_all());
	EXPECT_VERDICT(old.c, old.s, 0, "open.role=adopted state=ESTABLISHED");
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=adopted state=ESTABLISHED");

	module_reload("enabled=initial");
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(4, ledger_stat("disabled"));
	EXPECT_EQ(0, enabled());
	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	EXPECT_EQ(1, enabled());
	world_enter(world, 0);
	module_reload("enabled=all");
	EXPECT_EQ(4, records_all());
}

TEST_HARNESS_MAIN
