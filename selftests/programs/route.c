// SPDX-License-Identifier: GPL-2.0
/*
 * Connections whose segments are addressed to another than the peer, or from
 * another than before: source routes, and an address that the kernel changes.
 */
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/judge/table.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define ROUTING_HOME	2	/* RFC 6275: to a mobile node's home address */
#define ROUTING_SEGMENT	4	/* RFC 8754 */
#define NOT_ROUTED	"the kernel has no such source route"

FIXTURE(route) {
	struct world world;
};

/* routing: the type of the IPv6 header; of IPv4 the option (loose, RFC 791) */
FIXTURE_VARIANT(route) {
	int family;
	int routing;
};

FIXTURE_VARIANT_ADD(route, loose) { .family = AF_INET, .routing = IPOPT_LSRR };
FIXTURE_VARIANT_ADD(route, home) { .family = AF_INET6, .routing = ROUTING_HOME };
FIXTURE_VARIANT_ADD(route, segment) { .family = AF_INET6, .routing = ROUTING_SEGMENT };

FIXTURE_SETUP(route)
{
	world_open(&self->world, variant->family);
}

FIXTURE_TEARDOWN(route)
{
	EXPECT_EQ(0, judge_world(&self->world));
	world_close(&self->world);
}

static void __attribute__((constructor)) begin(void)
{
	trace_begin();
}

/* All that a socket sends goes by another host first. Return: whether the kernel takes that. */
static bool route_by(int fd, int routing, const struct endpoint *hop)
{
	uint8_t loose[8] = { IPOPT_NOP, IPOPT_LSRR, 7, IPOPT_MINOFF };
	uint8_t header[8 + 2 * sizeof(hop->ip)] = { 0, 2, routing, 1 };
	size_t len = 8 + sizeof(hop->ip);

	if (routing == IPOPT_LSRR) {
		memcpy(loose + 4, hop->ip.s6_addr + 12, 4);
		return !setsockopt(fd, IPPROTO_IP, IP_OPTIONS, loose, sizeof(loose));
	}
	/* Segments stand in reverse order, and the kernel fills in the last of the way. */
	if (routing == ROUTING_SEGMENT) {
		header[1] = 4;
		header[4] = 1;
		len += sizeof(hop->ip);
	}
	memcpy(header + len - sizeof(hop->ip), &hop->ip, sizeof(hop->ip));
	return !setsockopt(fd, IPPROTO_IPV6, IPV6_RTHDR, header, len);
}

/* Debian's kernels have CONFIG_IPV6_MIP6, which type 2 needs; another may not. */
static bool kernel_routes(int family, int routing)
{
	struct endpoint hop = loopback(family);
	int fd = sock_new(family);
	bool takes = route_by(fd, routing, &hop);

	if (!takes && routing != ROUTING_HOME)
		die("no source route of type %d", routing);
	close(fd);
	return takes;
}

static int judge_sockets(const struct world *world)
{
	struct ledger ledger;
	int wrong;

	ledger_read(&ledger);
	wrong = judge_table(world, &ledger);
	ledger_free(&ledger);
	return wrong;
}

/*
 * This test will connect by a hop that never answers, and give up, many times:
 * each attempt leaves one record, of the peer and not of the hop, and none
 * that lives on.
 */
TEST_F_TIMEOUT(route, given_up, USUAL)
{
	const int attempts = 20;
	struct endpoint to;

	if (!kernel_routes(variant->family, variant->routing))
		SKIP(return, NOT_ROUTED);
	wire_open(&self->world.wire, variant->family);
	to = endpoint_from_text(variant->family == AF_INET ? "192.0.2.77" : "2001:db8::77", 80);
	for (int i = 0; i < attempts; i++) {
		int fd = sock_new(variant->family);
		struct endpoint from;

		ASSERT_TRUE(route_by(fd, variant->routing, &self->world.wire.far));
		ASSERT_EQ(EINPROGRESS, sock_connect_start(fd, variant->family, &to));
		from = sock_local(fd);
		EXPECT_VERDICT(from, to, 0, "open.role=active state=SYN_SENT live=true");
		EXPECT_EQ(0, judge_sockets(&self->world));
		close(fd);
		EXPECT_EQ(1, records_of(&from, &to));
		EXPECT_VERDICT(from, to, 0,
			       "open.role=active open.outcome=aborted partial=false live=false");
	}
	EXPECT_EQ(attempts, records_all());
	EXPECT_EQ(0, judge_sockets(&self->world));
}

/* Two addresses of this host, one to be the hop and one the peer, which take source routes. */
static struct endpoint here(int family, int routing)
{
	if (family == AF_INET) {
		sysctl_set("ipv4/conf/lo/accept_local", "1");
		sysctl_set("ipv4/conf/all/accept_source_route", "1");
		sysctl_set("ipv4/conf/lo/accept_source_route", "1");
		run("ip addr add 198.51.100.1/32 dev lo");
		run("ip addr add 198.51.100.2/32 dev lo");
		return endpoint_from_text("198.51.100.2", 0);
	}
	if (routing == ROUTING_SEGMENT) {
		sysctl_set("ipv6/conf/all/seg6_enabled", "1");
		sysctl_set("ipv6/conf/lo/seg6_enabled", "1");
		run("ip addr add 2001:db8:1::2/128 dev lo nodad");
	} else {
		/* The state alone lets the header in, there is no policy about it. */
		sysctl_set("ipv6/conf/lo/disable_policy", "1");
		run("ip addr add 2001:db8:1::2/128 dev lo home nodad");
		run("ip xfrm state add src ::1 dst 2001:db8:1::2 proto route2 mode ro coa ::1");
	}
	return endpoint_from_text("2001:db8:1::2", 0);
}

/* This test will open, use and close a connection whose client's segments go by a hop. */
TEST_F_TIMEOUT(route, established, USUAL)
{
	const char *first = variant->family == AF_INET ? "198.51.100.1" : "::1";
	struct endpoint hop = endpoint_from_text(first, 0);
	struct pair p = { .family = variant->family };

	if (!kernel_routes(variant->family, variant->routing))
		SKIP(return, NOT_ROUTED);
	p.s = here(variant->family, variant->routing);
	p.listener = sock_listen(p.family, &p.s, 8);
	p.s = sock_local(p.listener);
	p.client = sock_new(p.family);
	ASSERT_TRUE(route_by(p.client, variant->routing, &hop));
	ASSERT_EQ(0, sock_connect(p.client, p.family, &p.s));
	p.c = sock_local(p.client);
	p.server = sock_accept(p.listener);
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=active open.outcome=established state=ESTABLISHED");
	EXPECT_VERDICT(p.s, p.c, 0, "open.role=passive open.outcome=established state=ESTABLISHED");
	EXPECT_EQ(0, judge_sockets(&self->world));
	sock_send(p.client, 100, 0);
	EXPECT_EQ(100, sock_receive(p.server, 100));
	sock_send(p.server, 200, 0);
	EXPECT_EQ(200, sock_receive(p.client, 200));
	pair_delivered(&p);
	pair_close_orderly(&p);
	EXPECT_EQ(2, records_all());
	EXPECT_VERDICT(p.c, p.s, 0,
		       "partial=false close.kind=four_segment close.first=local state=TIME_WAIT "
		       "bytes_sent=100 bytes_received=200 anomalies=");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "partial=false close.kind=four_segment close.first=remote live=false "
		       "bytes_sent=200 bytes_received=100 anomalies=");
	EXPECT_EQ(0, ledger_stat("stray_segments"));
	EXPECT_EQ(0, judge_sockets(&self->world));
}

FIXTURE(address) {
	struct world world;
};

FIXTURE_SETUP(address)
{
	world_open(&self->world, AF_INET);
}

FIXTURE_TEARDOWN(address)
{
	EXPECT_EQ(0, judge_world(&self->world));
	world_close(&self->world);
}

/*
 * This test will take the address of a socket in SYN_SENT away, for which the
 * kernel gives it another: the record of the old one must not live for ever.
 */
TEST_F_TIMEOUT(address, changed, 5 * USUAL)
{
	struct endpoint old, now, to;
	int fd = sock_new(AF_INET);

	world_unjudged(&self->world, JUDGE_STATES | JUDGE_RECORDS,
		       "the kernel changes the address of a socket, and no trace tells");
	sysctl_set("ipv4/ip_dynaddr", "1");
	wire_open(&self->world.wire, AF_INET);
	to = self->world.wire.far;
	to.port = FAR_PORT;
	sock_set(fd, IPPROTO_TCP, TCP_SYNCNT, 8);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(fd, AF_INET, &to));
	old = sock_local(fd);
	run("ip addr del 192.0.2.1/24 dev wire0");
	run("ip addr add 192.0.2.9/24 dev wire0");
	need(records_all() == 2, DEADLINE_MS);
	now = sock_local(fd);
	ASSERT_FALSE(endpoint_equal(&old, &now));
	EXPECT_VERDICT(now, to, 0, "open.role=active state=SYN_SENT live=true");
	need(ledger_says(&old, &to, "live", "false"), 3 * USUAL * 1000);
	EXPECT_VERDICT(old, to, 0, "open.role=active open.outcome=aborted");
	EXPECT_EQ(1, ledger_stat("missed_ends"));
	EXPECT_EQ(TCP_SYN_SENT, sock_state(fd));
	EXPECT_EQ(0, judge_sockets(&self->world));
	close(fd);
	EXPECT_VERDICT(now, to, 0, "open.role=active open.outcome=aborted live=false");
	EXPECT_EQ(1, ledger_stat("missed_ends"));
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, judge_sockets(&self->world));
}

TEST_HARNESS_MAIN
