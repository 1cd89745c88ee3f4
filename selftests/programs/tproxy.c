// SPDX-License-Identifier: GPL-2.0
/*
 * A transparent proxy: a listener of a router takes connections to any address, and
 * its records are of the address that the client meant.
 */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/module.h"
#include "lib/world/router.h"

#define PUBLIC_PORT	80
#define PROXY_PORT	8080
#define SERVED		3000	/* bytes */

WORLD_FIXTURE(tproxy);

/* Give all that comes for the public port to the listener at the proxy's. */
static void redirect(struct world *world)
{
	const char *ip = world->family == AF_INET ? "ip" : "ip6";
	const char *flag = world->family == AF_INET ? "" : "-6";

	run("nft 'add table inet selftest_tproxy; "
	    "add chain inet selftest_tproxy pre { type filter hook prerouting priority -150; }; "
	    "add rule inet selftest_tproxy pre iifname left tcp dport %d "
	    "tproxy %s to :%d meta mark set 1'", PUBLIC_PORT, ip, PROXY_PORT);
	run("ip %s rule add fwmark 1 lookup 100", flag);
	run("ip %s route add local default dev lo table 100", flag);
}

/* A listener that may have any address of the world, and one that may take it from a client. */
static int listen_transparent(struct world *world)
{
	bool v4 = world->family == AF_INET;
	struct endpoint any = endpoint_from_text(v4 ? "0.0.0.0" : "::", PROXY_PORT);
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(&any, world->family, &sa);
	int fd = sock_new(world->family);

	sock_set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (v4)
		sock_set(fd, IPPROTO_IP, IP_TRANSPARENT, 1);
	else
		sock_set(fd, IPPROTO_IPV6, IPV6_TRANSPARENT, 1);
	if (bind(fd, (struct sockaddr *)&sa, len) || listen(fd, 8))
		die("listen");
	return fd;
}

/* This test will connect to an address where nobody is, and have the router answer. */
TEST_F_TIMEOUT(tproxy, intercepted, USUAL)
{
	struct world *world = &self->world;
	struct pair p = { .family = variant->family }, reset;

	world_add_router(world);
	p.s = router_end(world, RIGHT, PUBLIC_PORT);
	world_enter(world, ROUTER);
	redirect(world);
	p.listener = listen_transparent(world);
	world_enter(world, LEFT);
	reset = p;
	pair_connect(&p);
	pair_serve(&p, SERVED);
	pair_close_orderly(&p);
	pair_connect(&reset);
	sock_reset(reset.client);
	need(sock_state(reset.server) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active close.kind=four_segment bytes_sent=%d anomalies=", SERVED);
	EXPECT_JUDGED(world);
	world_enter(world, ROUTER);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=established close.kind=four_segment "
		       "close.first=remote bytes_received=%d live=false anomalies=", SERVED);
	EXPECT_VERDICT(p.s, reset.c, 0, "close.kind=reset close.reset_by=remote live=false");
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, ledger_stat("stray_segments"));
	EXPECT_JUDGED(world);
	world_enter(world, RIGHT);
	EXPECT_EQ(0, records_all());
}

TEST_HARNESS_MAIN
