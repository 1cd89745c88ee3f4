// SPDX-License-Identifier: GPL-2.0
/* Connections in more than one network namespace, and sockets above or beside plain TCP. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/judge/states.h"
#include "lib/judge/where.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define CLIENT_PORT	5000
#define SERVER_PORT	6000

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP	262
#endif

WORLD_FIXTURE(spaces);

/* A connection over loopback whose tuple is the same in every namespace. */
static struct pair pair_fixed(int family)
{
	struct pair p = { .family = family, .c = loopback(family), .s = loopback(family) };

	p.c.port = CLIENT_PORT;
	p.s.port = SERVER_PORT;
	p.listener = sock_listen(family, &p.s, 8);
	p.client = sock_bound(family, &p.c);
	if (sock_connect(p.client, family, &p.s))
		die("connect");
	p.server = sock_accept(p.listener);
	return p;
}

/* This test will use one tuple in two namespaces, and end the two connections differently. */
TEST_F_TIMEOUT(spaces, same_tuple, USUAL)
{
	struct world *world = &self->world;
	struct pair p[2];

	world->same_tuples = true;
	p[0] = pair_fixed(variant->family);
	world_add_space(world);
	p[1] = pair_fixed(variant->family);
	world_enter(world, 0);
	pair_close_orderly(&p[0]);
	world_enter(world, 1);
	sock_reset(p[1].client);

	world_enter(world, 0);
	EXPECT_VERDICT(p[0].c, p[0].s, 0, "close.kind=four_segment state=TIME_WAIT id=1");
	EXPECT_VERDICT(p[0].s, p[0].c, 0, "close.kind=four_segment live=false id=2");
	EXPECT_EQ(2, records_all());
	world_enter(world, 1);
	EXPECT_VERDICT(p[1].c, p[1].s, 0, "close.kind=reset close.reset_by=local id=1");
	EXPECT_VERDICT(p[1].s, p[1].c, 0, "close.kind=reset close.reset_by=remote id=2");
	EXPECT_EQ(2, records_all());
}

/* This test will connect two namespaces, so that each holds the record of one end. */
TEST_F_TIMEOUT(spaces, veth, USUAL)
{
	struct world *world = &self->world;
	bool v4 = variant->family == AF_INET;
	struct endpoint any = endpoint_from_text(v4 ? "0.0.0.0" : "::", SERVER_PORT);
	struct pair p = { .family = variant->family };

	world_add_space(world);
	world_add_veth(world);
	world_enter(world, 1);
	p.listener = sock_listen(variant->family, &any, 8);
	p.s = endpoint_from_text(v4 ? "198.51.100.2" : "2001:db8:1::2", SERVER_PORT);
	world_enter(world, 0);
	pair_connect(&p);
	sock_send(p.client, 3000, 0);
	EXPECT_EQ(3000, sock_receive(p.server, 3000));
	pair_close_orderly(&p);

	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active close.kind=four_segment close.first=local bytes_sent=3000 "
		       "peer_id=null ifindex=0 state=TIME_WAIT");
	EXPECT_EQ(1, records_all());
	world_enter(world, 1);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive close.kind=four_segment close.first=remote "
		       "bytes_received=3000 peer_id=null ifindex=0 live=false");
	EXPECT_EQ(1, records_all());
}

/*
 * Leave only the two records of one connection in one namespace. The number of
 * a namespace that died is soon another's, so it alone does not tell them.
 */
static void keep_pair(struct ledger *ledger, uint64_t inode, const struct pair *p)
{
	size_t n = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		struct endpoint local = record_local(rec), remote = record_remote(rec);

		if ((uint64_t)record_int(rec, "netns") == inode &&
		    ((endpoint_equal(&local, &p->c) && endpoint_equal(&remote, &p->s)) ||
		     (endpoint_equal(&local, &p->s) && endpoint_equal(&remote, &p->c))))
			ledger->records[n++] = rec;
		else
			json_object_put(rec);
	}
	ledger->n = n;
}

/* Whether the initial namespace has both records of a connection in one that died, ended. */
static bool is_over(const struct pair *p, uint64_t inode)
{
	struct ledger ledger;
	bool over;

	ledger_read(&ledger);
	keep_pair(&ledger, inode, p);
	over = ledger.n == 2;
	for (size_t i = 0; i < ledger.n; i++)
		over &= !strcmp(record_text(ledger.records[i], "live"), "false");
	ledger_free(&ledger);
	return over;
}

/* See that this namespace counted one end, and so many ends of TIME_WAIT by deletion. */
static int judge_one_end(int deleted)
{
	return (ledger_stat("opens_established") != 1) +
	       (ledger_stat("closes_four_segment") != 1) +
	       (ledger_stat("time_wait_exits_netns") != deleted);
}

/*
 * This test will let a namespace die while a socket in it is in TIME_WAIT. The other
 * end was counted there before, this one in the namespace that has the record by then.
 */
TEST_F_TIMEOUT(spaces, deleted, USUAL)
{
	struct world *world = &self->world;
	struct ledger ledger;
	struct stat initial;
	uint64_t inode;
	struct pair p;

	module_reload("");
	world_add_space(world);
	inode = world->space[1].inode;
	p = pair_open(variant->family);
	pair_close_orderly(&p);
	close(p.listener);
	EXPECT_VERDICT(p.c, p.s, 0, "state=TIME_WAIT live=true");
	EXPECT_VERDICT(p.s, p.c, 0, "live=false");
	EXPECT_EQ(0, judge_one_end(0));
	world_enter(world, 0);
	world_leave_space(world, 1);

	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	need(is_over(&p, inode), DEADLINE_MS);
	EXPECT_EQ(0, judge_one_end(1));
	ledger_read(&ledger);
	ASSERT_EQ(0, fstat(world->initial, &initial));
	EXPECT_EQ(0, judge_where(&ledger, initial.st_ino));
	keep_pair(&ledger, inode, &p);
	EXPECT_EQ(0, record_check(ledger_find(&ledger, &p.c, &p.s, 0),
				  "close.kind=four_segment close.first=local live=false "
				  "state=CLOSE time_wait.exit=netns @TIME_WAIT/CLOSE=error "
				  "time_wait.residence_ns<=60000000000"));
	EXPECT_EQ(0, record_check(ledger_find(&ledger, &p.s, &p.c, 0),
				  "close.kind=four_segment close.first=remote live=false "
				  "time_wait=null"));
	EXPECT_EQ(0, judge_states(world, &ledger));
	ledger_free(&ledger);
	world_enter(world, 0);
}

/* A record is at rest when its connection is over, or waits for 2MSL to pass. */
static bool all_at_rest(void)
{
	struct ledger ledger;
	bool rest = true;

	ledger_read(&ledger);
	for (size_t i = 0; i < ledger.n; i++)
		rest &= !strcmp(record_text(ledger.records[i], "state"), "TIME_WAIT") ||
			!strcmp(record_text(ledger.records[i], "live"), "false");
	ledger_free(&ledger);
	return rest;
}

/* This test will use MPTCP: its one subflow has two ends, and the sockets above have no record. */
TEST_F_TIMEOUT(spaces, mptcp, USUAL)
{
	struct endpoint at = loopback(variant->family);
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(&at, variant->family, &sa);
	int listener, client, server;
	struct pair p;

	listener = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	if (listener < 0)
		SKIP(return, "the kernel has no MPTCP");
	ASSERT_EQ(0, bind(listener, (struct sockaddr *)&sa, len));
	ASSERT_EQ(0, listen(listener, 8));
	p.s = sock_local(listener);
	client = socket(variant->family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);
	ASSERT_LE(0, client);
	ASSERT_EQ(0, sock_connect(client, variant->family, &p.s));
	p.c = sock_local(client);
	server = sock_accept(listener);
	sock_send(client, 100, 0);
	EXPECT_EQ(100, sock_receive(server, 100));
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=active open.outcome=established state=ESTABLISHED");
	EXPECT_VERDICT(p.s, p.c, 0, "open.role=passive open.outcome=established state=ESTABLISHED");
	EXPECT_EQ(2, records_all());
	close(client);
	close(server);
	need(all_at_rest(), DEADLINE_MS);
	EXPECT_EQ(2, records_all());
}

/* Put veth0 into a VRF, which takes away its IPv6 address. Return: index of the VRF */
static int add_vrf(int family)
{
	run("ip link add vrf0 type vrf table 10");
	run("ip link set vrf0 up");
	run("ip link set veth0 master vrf0");
	if (family == AF_INET6)
		run("ip addr replace 2001:db8:1::1/64 dev veth0 nodad");
	return if_nametoindex("vrf0");
}

/* This test will accept a connection in a VRF, where a segment passes LOCAL_OUT twice. */
TEST_F_TIMEOUT(spaces, vrf, USUAL)
{
	struct world *world = &self->world;
	bool v4 = variant->family == AF_INET;
	struct pair p = { .family = variant->family };
	struct endpoint any = endpoint_from_text(v4 ? "0.0.0.0" : "::", SERVER_PORT);
	struct sockaddr_storage sa;
	socklen_t len;
	int vrf;

	world_add_space(world);
	world_add_veth(world);
	vrf = add_vrf(variant->family);
	capture_only(&world->space[0].capture, "veth0");
	/* Before bind(): the other order trips a warning of the kernel's own in 6.1. */
	p.listener = sock_new(variant->family);
	ASSERT_EQ(0, setsockopt(p.listener, SOL_SOCKET, SO_BINDTODEVICE, "vrf0", sizeof("vrf0")));
	len = endpoint_to_sockaddr(&any, variant->family, &sa);
	ASSERT_EQ(0, bind(p.listener, (struct sockaddr *)&sa, len));
	ASSERT_EQ(0, listen(p.listener, 8));
	p.s = endpoint_from_text(v4 ? "198.51.100.1" : "2001:db8:1::1", SERVER_PORT);
	world_enter(world, 1);
	pair_connect(&p);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=active close.kind=four_segment ifindex=0");
	EXPECT_EQ(1, records_all());

	world_enter(world, 0);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=established close.kind=four_segment "
		       "close.first=remote ifindex=%d live=false anomalies=", vrf);
	EXPECT_EQ(1, records_all());
}

TEST_HARNESS_MAIN
