// SPDX-License-Identifier: GPL-2.0
/*
 * Connections whose addresses are rewritten on the way: by a router between the
 * two ends, or by the host of one of them. Each end's record has the tuple that
 * its own socket has.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/ends.h"
#include "lib/test.h"
#include "lib/world/module.h"
#include "lib/world/router.h"

#define PUBLIC_PORT	80	/* where a client connects to */
#define HIDDEN_PORT	8080	/* where the server listens */
#define CLOSED_PORT	8081	/* where nobody does */
#define SERVED		3000	/* bytes */

WORLD_FIXTURE(nat);

/* Connect from where the test is; the server accepts in any namespace. */
static struct pair join(struct world *world, int listener, const struct endpoint *to,
			const struct endpoint *from)
{
	struct pair p = { .family = world->family, .listener = listener };

	p.client = from ? sock_bound(world->family, from) : sock_new(world->family);
	if (sock_connect(p.client, p.family, to))
		die("connect to port %u", to->port);
	p.server = sock_accept(listener);
	p.c = sock_local(p.client);
	p.s = sock_local(p.server);
	return p;
}

static void use_and_close(struct pair *p)
{
	pair_serve(p, SERVED);
	pair_close_orderly(p);
}

/* Both records of a connection that use_and_close() ended, each with its own tuple. */
static int judge_closed(struct world *world, const struct pair *p, int client, int server,
			const struct endpoint *server_seen, const struct endpoint *client_seen)
{
	int wrong;

	world_enter(world, client);
	wrong = verdict(&p->c, server_seen, 0,
			"open.role=active open.outcome=established close.kind=four_segment "
			"close.first=local state=TIME_WAIT bytes_sent=%d anomalies=", SERVED);
	world_enter(world, server);
	wrong += verdict(&p->s, client_seen, 0,
			 "open.role=passive open.outcome=established close.kind=four_segment "
			 "close.first=remote live=false bytes_received=%d anomalies=", SERVED);
	world_enter(world, LEFT);
	return wrong;
}

static int listen_in(struct world *world, int which, uint16_t port)
{
	struct endpoint at = router_end(world, which, port);
	int fd;

	world_enter(world, which);
	fd = sock_listen(world->family, &at, 8);
	world_enter(world, LEFT);
	return fd;
}

static void add_rule(struct world *world, int which, const char *hook, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Add a rule of NAT to a namespace; the chain is called after its hook. */
static void add_rule(struct world *world, int which, const char *hook, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	world_enter(world, which);
	run("nft 'add table inet selftest_nat; "
	    "add chain inet selftest_nat %s { type nat hook %s priority %d; }; "
	    "add rule inet selftest_nat %s %s'", hook, hook,
	    strcmp(hook, "postrouting") ? -100 : 100, hook, text);
	world_enter(world, LEFT);
}

static const char *word(const struct world *world)
{
	return world->family == AF_INET ? "ip" : "ip6";
}

static const char *hidden(const struct world *world, uint16_t port)
{
	static char text[80];
	struct endpoint at = router_end(world, RIGHT, port);

	snprintf(text, sizeof(text), world->family == AF_INET ? "%s:%u" : "[%s]:%u",
		 endpoint_text(&at), port);
	return text;
}

/*
 * This test will connect through a router that gives the client its own address:
 * the server's record is of the router's address, the client's of the server's.
 */
TEST_F_TIMEOUT(nat, snat, USUAL)
{
	struct world *world = &self->world;
	struct endpoint to = router_end(world, RIGHT, HIDDEN_PORT), seen;
	struct pair p, reset;
	int listener;

	world_add_router(world);
	seen = router_side(world, RIGHT, 0);
	add_rule(world, ROUTER, "postrouting", "oifname right snat %s to %s", word(world),
		 endpoint_text(&seen));
	listener = listen_in(world, RIGHT, HIDDEN_PORT);
	p = join(world, listener, &to, NULL);
	seen = sock_remote(p.server);
	use_and_close(&p);
	EXPECT_EQ(0, judge_closed(world, &p, LEFT, RIGHT, &to, &seen));
	reset = join(world, listener, &to, NULL);
	seen = sock_remote(reset.server);
	sock_reset(reset.client);
	need(sock_state(reset.server) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(reset.c, to, 0, "close.kind=reset close.reset_by=local live=false");
	world_enter(world, RIGHT);
	EXPECT_VERDICT(reset.s, seen, 0, "close.kind=reset close.reset_by=remote live=false");
	EXPECT_EQ(0, judge_ends(world));
}

/*
 * This test will connect to the router's address, behind which a server hides:
 * the client's record is of the router, the server's of itself, and a port that
 * is closed there refuses in the router's name.
 */
TEST_F_TIMEOUT(nat, dnat, USUAL)
{
	struct world *world = &self->world;
	struct endpoint to = router_side(world, LEFT, PUBLIC_PORT), closed, seen;
	struct pair p;
	int fd;

	world_add_router(world);
	closed = router_side(world, LEFT, CLOSED_PORT);
	add_rule(world, ROUTER, "prerouting", "iifname left tcp dport %u dnat %s to %s",
		 PUBLIC_PORT, word(world), hidden(world, HIDDEN_PORT));
	add_rule(world, ROUTER, "prerouting", "iifname left tcp dport %u dnat %s to %s",
		 CLOSED_PORT, word(world), hidden(world, CLOSED_PORT));
	add_rule(world, ROUTER, "postrouting", "oifname right masquerade");
	p = join(world, listen_in(world, RIGHT, HIDDEN_PORT), &to, NULL);
	seen = sock_remote(p.server);
	use_and_close(&p);
	EXPECT_EQ(0, judge_closed(world, &p, LEFT, RIGHT, &to, &seen));

	fd = sock_new(variant->family);
	EXPECT_EQ(ECONNREFUSED, sock_connect(fd, variant->family, &closed));
	EXPECT_EQ(2, records_all());
	close(fd);
	EXPECT_EQ(1, ledger_stat("opens_refused"));
	world_enter(world, RIGHT);
	EXPECT_EQ(1, ledger_stat("opens_refused"));
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, judge_ends(world));
}

/*
 * This test will connect to a port that the server's own host redirects, and then
 * from an address that the client's own host replaces. What a packet socket shows
 * there is not what the sockets have.
 */
TEST_F_TIMEOUT(nat, on_the_host, USUAL)
{
	struct world *world = &self->world;
	bool v4 = variant->family == AF_INET;
	struct endpoint to = router_end(world, RIGHT, PUBLIC_PORT), from, wire;
	struct pair p;
	int listener;

	world_add_router(world);
	add_rule(world, RIGHT, "prerouting", "tcp dport %u redirect to :%u", PUBLIC_PORT,
		 HIDDEN_PORT);
	add_rule(world, LEFT, "postrouting", "%s saddr %s masquerade", word(world),
		 v4 ? "192.0.2.77" : "2001:db8:77::1");
	run("ip addr add %s dev lo", v4 ? "192.0.2.77/32" : "2001:db8:77::1/128 nodad");
	listener = listen_in(world, RIGHT, HIDDEN_PORT);
	from = endpoint_from_text(v4 ? "192.0.2.77" : "2001:db8:77::1", 40000);
	wire = router_end(world, LEFT, from.port);
	p = join(world, listener, &to, &from);
	use_and_close(&p);
	EXPECT_EQ(0, judge_closed(world, &p, LEFT, RIGHT, &to, &wire));
	capture_translate(&world->space[LEFT].capture, &(struct translated){
		.wire_local = wire, .wire_remote = to, .local = from, .remote = to,
	});
	capture_translate(&world->space[RIGHT].capture, &(struct translated){
		.wire_local = to, .wire_remote = wire, .local = p.s, .remote = wire,
	});
	EXPECT_EQ(0, judge_ends(world));
}

/*
 * This test will redirect what this host itself sends, over loopback: one segment
 * has one tuple when TCP emits it and another when TCP gets it.
 */
TEST_F_TIMEOUT(nat, own_output, USUAL)
{
	struct world *world = &self->world;
	struct endpoint to = loopback(variant->family), at = to, from = to;
	struct pair p;

	to.port = PUBLIC_PORT;
	at.port = HIDDEN_PORT;
	from.port = 40000;
	add_rule(world, LEFT, "output", "tcp dport %u redirect to :%u", PUBLIC_PORT, HIDDEN_PORT);
	p = join(world, sock_listen(variant->family, &at, 8), &to, &from);
	use_and_close(&p);
	EXPECT_EQ(0, judge_closed(world, &p, LEFT, LEFT, &to, &from));
	EXPECT_EQ(2, records_all());
	EXPECT_EQ(0, ledger_stat("stray_segments"));
	capture_translate(&world->space[LEFT].capture, &(struct translated){
		.wire_local = from, .wire_remote = at, .local = from, .remote = to,
	});
	/* The server's answers get their other name before the packet socket sees them. */
	capture_translate(&world->space[LEFT].capture, &(struct translated){
		.wire_local = to, .wire_remote = from, .local = at, .remote = from,
	});
}

TEST_HARNESS_MAIN
