// SPDX-License-Identifier: GPL-2.0
/*
 * Bridges that show their frames to netfilter (br_netfilter): one between the two
 * ends, whose host has no part in the connection, and one at an end, whose host has.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/ends.h"
#include "lib/test.h"
#include "lib/world/module.h"
#include "lib/world/router.h"

#define SERVER_PORT	6000
#define SERVED		5000	/* bytes */

WORLD_FIXTURE(bridge);

static const char *address(const struct world *world, int which)
{
	static const char *const all[2][2] = {
		{ "198.51.100.1", "2001:db8:1::1" }, { "198.51.100.2", "2001:db8:1::2" },
	};

	return all[which][world->family != AF_INET];
}

static void add_bridge(const char *name, const char *port)
{
	run("ip link add %s type bridge", name);
	run("ip link set %s master %s", port, name);
	link_up(port);
	link_up(name);
	sysctl_set("bridge/bridge-nf-call-iptables", "1");
	sysctl_set("bridge/bridge-nf-call-ip6tables", "1");
}

/* Count what netfilter is shown of TCP on its way through a bridge. */
static void count_forwarded(void)
{
	run("nft 'add table inet selftest_bridge; "
	    "add chain inet selftest_bridge forward { type filter hook forward priority 0; }; "
	    "add rule inet selftest_bridge forward meta l4proto tcp ct state established counter'");
}

static int forwarded(void)
{
	char *text = run_output("nft list chain inet selftest_bridge forward");
	const char *counter = strstr(text, "counter packets ");
	int n = counter ? atoi(counter + strlen("counter packets ")) : -1;

	free(text);
	return n;
}

/* LEFT has a plain device, ROUTER a bridge, RIGHT one with the address of that end. */
static void set_up(struct world *world)
{
	bool v4 = world->family == AF_INET;

	run("modprobe br_netfilter");
	world_add_space(world);
	world_add_space(world);
	for (int i = LEFT; i <= RIGHT; i++) {
		world_enter(world, ROUTER);
		run("ip link add %s type veth peer name end netns /proc/%d/fd/%d",
		    i == LEFT ? "left" : "right", getpid(), world->space[i].fd);
		if (i == LEFT)
			add_bridge("middle", "left");
		else
			run("ip link set right master middle");
		link_up(i == LEFT ? "left" : "right");
		world_enter(world, i);
		link_up("end");
		if (i == RIGHT) {
			add_bridge("own", "end");
			capture_only(&world->space[RIGHT].capture, "own");
		}
		run("ip addr add %s/%d dev %s%s", address(world, i), v4 ? 24 : 64,
		    i == RIGHT ? "own" : "end", v4 ? "" : " nodad");
	}
	world_enter(world, ROUTER);
	count_forwarded();
	world_enter(world, LEFT);
	/* Each learns the other's link address: a segment would wait for it after TCP sent it. */
	run("ping -c 1 -W 60 %s >/dev/null", address(world, RIGHT));
}

/* This test will connect across both bridges, with an orderly end and with an RST. */
TEST_F_TIMEOUT(bridge, netfilter, USUAL)
{
	struct world *world = &self->world;
	struct pair p = { .family = variant->family }, reset;

	set_up(world);
	p.s = endpoint_from_text(address(world, RIGHT), SERVER_PORT);
	world_enter(world, RIGHT);
	p.listener = sock_listen(variant->family, &p.s, 8);
	world_enter(world, LEFT);
	reset = p;
	pair_connect(&p);
	pair_serve(&p, SERVED);
	pair_close_orderly(&p);
	pair_connect(&reset);
	sock_reset(reset.server);
	need(sock_state(reset.client) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active close.kind=four_segment close.first=local bytes_sent=%d "
		       "ifindex=0 state=TIME_WAIT", SERVED);
	EXPECT_VERDICT(reset.c, p.s, 0, "close.kind=reset close.reset_by=remote live=false");
	EXPECT_EQ(2, records_all());
	world_enter(world, RIGHT);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive close.kind=four_segment close.first=remote "
		       "bytes_received=%d ifindex=0 live=false", SERVED);
	EXPECT_VERDICT(p.s, reset.c, 0, "close.kind=reset close.reset_by=local live=false");
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, ledger_stat("stray_segments"));
	world_enter(world, ROUTER);
	/* Else the bridge went past netfilter, and shows nothing. */
	EXPECT_LT(8, forwarded());
	EXPECT_EQ(0, judge_ends(world));
}

TEST_HARNESS_MAIN
