// SPDX-License-Identifier: GPL-2.0
/*
 * /proc/net/tcpledger/filter: a connection has a record if the filter takes its first
 * SYN, and else none in all its life. judge_scope() is the judge: the capture, and
 * libpcap's own filter run over it.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/judge/scope.h"
#include "lib/judge/ss.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"
#include "lib/world/outside.h"

#define PORT_A		7001
#define PORT_B		7002
#define CLOSED_PORT	7003
#define TIMER_MS	70000	/* 2MSL, and what the kernel's timer wheel adds */

WORLD_FIXTURE(filter);

/* By the command, as a user does. */
static void set_filter(const char *expression)
{
	run("tcpledger filter '%s'", expression);
}

static void clear_filter(void)
{
	run("tcpledger filter --clear");
}

static bool ss_empty(void)
{
	static struct ss ss;

	ss_read(&ss);
	return !ss.n;
}

static struct endpoint at_port(struct endpoint at, uint16_t port)
{
	at.port = port;
	return at;
}

/**
 * struct place - listeners at two ports of loopback and of the wire
 * @world: where they are
 * @local: on loopback
 * @wired: on the wire
 */
struct place {
	struct world *world;
	int local[2];
	int wired[2];
};

static void place_open(struct place *place, struct world *world)
{
	int family = world->family;

	place->world = world;
	wire_open(&world->wire, family);
	for (int i = 0; i < 2; i++) {
		struct endpoint at = at_port(loopback(family), PORT_A + i);

		place->local[i] = sock_listen(family, &at, 8);
		at = at_port(world->wire.host, PORT_A + i);
		place->wired[i] = sock_listen(family, &at, 8);
	}
}

/* Over loopback from a port that is no round's but this: to a listener, or to none. */
static void over_loopback(const struct place *place, uint16_t from, uint16_t to)
{
	int family = place->world->family, fd;
	struct endpoint own = at_port(loopback(family), from);
	struct endpoint other = at_port(loopback(family), to);

	fd = sock_bound(family, &own);
	if (to == CLOSED_PORT) {
		if (sock_connect(fd, family, &other) != ECONNREFUSED)
			die("port %u is not closed", to);
		close(fd);
		return;
	}
	if (sock_connect(fd, family, &other))
		die("connect to port %u", to);
	close(sock_accept(place->local[to - PORT_A]));
	sock_reset(fd);
}

/* The peer connects to this host, and resets. */
static void from_peer(const struct place *place, uint16_t from, uint16_t to)
{
	struct peer peer = peer_at(&place->world->wire, from, to);
	int fd = wire_serve(place->wired[to - PORT_A], &peer);

	peer_send(&peer, SEG_RST, 0);
	need(sock_state(fd) == TCP_CLOSE, DEADLINE_MS);
	close(fd);
}

/* This host connects to the peer, and resets. */
static void to_peer(const struct place *place, uint16_t from, uint16_t to)
{
	struct peer peer = peer_at(&place->world->wire, to, from);
	struct endpoint own = peer.host;
	int fd = sock_bound(place->world->family, &own);

	if (sock_connect_start(fd, place->world->family, &peer.self) != EINPROGRESS)
		die("connect to port %u", to);
	peer_accept_connection(&peer);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	sock_reset(fd);
}

/* Ten endpoints: each port over loopback, from the peer and to it, and a closed port. */
static void traffic(const struct place *place, uint16_t from)
{
	over_loopback(place, from, PORT_A);
	over_loopback(place, from + 1, PORT_B);
	over_loopback(place, from + 2, CLOSED_PORT);
	from_peer(place, from + 3, PORT_A);
	from_peer(place, from + 4, PORT_B);
	to_peer(place, from + 5, PORT_A);
	to_peer(place, from + 6, PORT_B);
}

#define ENDPOINTS	10	/* of traffic() */
#define ROWS		(sizeof(rows) / sizeof(*rows))

/**
 * struct row - an expression, in both families
 * @ipv4: for IPv4
 * @ipv6: for IPv6, or NULL for the same
 * @taken: how many of the endpoints of traffic() it takes, as the expression says in words
 */
struct row {
	const char *ipv4;
	const char *ipv6;
	int taken;
};

static const struct row rows[] = {
	{ "tcp port 7001", NULL, 4 },
	{ "tcp dst port 7001 or dst port 7003", NULL, 6 },
	{ "tcp src port 7001", NULL, 0 },
	{ "not tcp port 7001", NULL, 6 },
	{ "src host 192.0.2.2", "src host 2001:db8::2", 2 },
	{ "dst net 192.0.2.0/24", "dst net 2001:db8::/64", 4 },
	{ "tcp port 7002 and not net 127.0.0.0/8", "tcp port 7002 and not net ::1/128", 2 },
	{ "ip", "ip6", 10 },
	{ "ip6", "ip", 0 },
	{ "udp", NULL, 0 },
	{ "ip[8] >= 64 and tcp dst portrange 7002-7003",
	  "ip6[7] >= 64 and dst portrange 7002-7003", 6 },
};

/* This test will set one filter after the other, by the command, and make the same connections. */
TEST_F_TIMEOUT(filter, takes, 600)
{
	struct world *world = &self->world;
	struct scope_count count;
	struct place place;
	int64_t refused = 0;

	place_open(&place, world);
	for (size_t i = 0; i < ROWS; i++) {
		const struct row *row = &rows[i];
		const char *text = variant->family == AF_INET || !row->ipv6 ? row->ipv4 :
									      row->ipv6;
		int64_t since = real_ns();

		set_filter(text);
		traffic(&place, 10000 + 100 * i);
		say("filter '%s'", text);
		EXPECT_EQ(0, judge_scope(world, text, since, &count));
		EXPECT_EQ(ENDPOINTS, count.taken + count.refused);
		EXPECT_EQ(row->taken, count.taken);
		refused += count.refused;
		EXPECT_EQ(refused, ledger_stat("filtered"));
	}
	clear_filter();
	traffic(&place, 10000 + 100 * ROWS);
	EXPECT_EQ(refused, ledger_stat("filtered"));
}

/* SYNs that cross, then an RST: the host's end is at a port of its own. */
static struct peer cross(struct world *world, uint16_t own, uint16_t to)
{
	struct peer peer = peer_at(&world->wire, to, own);
	int fd = sock_bound(world->family, &peer.host);

	if (sock_connect_start(fd, world->family, &peer.self) != EINPROGRESS)
		die("connect to port %u", to);
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	sock_reset(fd);
	peer_expect(&peer, SEG_RST | SEG_ACK, DEADLINE_MS);
	return peer;
}

/* A SYN and its answer, each sent again, before the peer's ACK. */
static void answer_late(const struct place *place, uint16_t from)
{
	struct peer peer = peer_at(&place->world->wire, from, PORT_A);
	int fd;

	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer.seq--;
	peer_send(&peer, SEG_SYN, 0);
	peer_expect_again(&peer, DEADLINE_MS);
	peer_expect_again(&peer, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	fd = sock_accept(place->wired[0]);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	close(fd);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
}

/* A SYN that nobody answers until it was sent again; then nobody wants to know any more. */
static void give_up(const struct place *place, uint16_t from)
{
	struct peer peer = peer_at(&place->world->wire, PORT_A, from);
	int fd = sock_bound(place->world->family, &peer.host);

	if (sock_connect_start(fd, place->world->family, &peer.self) != EINPROGRESS)
		die("connect");
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	peer_expect_again(&peer, DEADLINE_MS);
	close(fd);
}

/* To TIME_WAIT at this host, which opened it, or at this host, which was connected to. */
static void wait_2msl(const struct place *place, uint16_t from, bool opens)
{
	struct peer peer = opens ? peer_at(&place->world->wire, PORT_A, from) :
				   peer_at(&place->world->wire, from, PORT_A);
	int fd;

	if (opens) {
		fd = sock_bound(place->world->family, &peer.host);
		if (sock_connect_start(fd, place->world->family, &peer.self) != EINPROGRESS)
			die("connect");
		peer_accept_connection(&peer);
		need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	} else {
		fd = wire_serve(place->wired[0], &peer);
	}
	wire_to_time_wait(fd, &peer);
}

/* Connect to itself: one endpoint, whose SYN leaves and comes. */
static void connect_itself(int family)
{
	struct endpoint at = at_port(loopback(family), PORT_A + 100);
	int fd = sock_bound(family, &at);

	if (sock_connect(fd, family, &at))
		die("connect to itself");
	sock_reset(fd);
}

/*
 * connect() that fails before its SYN, as the only port is taken: it is traced, but never
 * captured. The connection that has the port is captured.
 */
static void fail_unsent(struct world *world)
{
	struct peer peer = peer_at(&world->wire, PORT_A, 0);
	int first = sock_new(world->family), second = sock_new(world->family);

	sysctl_set("ipv4/ip_local_port_range", "30000 30000");
	if (sock_connect_start(first, world->family, &peer.self) != EINPROGRESS)
		die("connect from the only port");
	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	if (sock_connect(second, world->family, &peer.self) != EADDRNOTAVAIL)
		die("the port is not taken");
	sysctl_set("ipv4/ip_local_port_range", "32768 60999");
	close(first);
	close(second);
	peer.host.port = 0;
	outside_add(world, &peer.host, &peer.self);
}

/* This test will refuse connections of every kind, each to its last state. */
TEST_F_TIMEOUT(filter, no_trace_of_refused, 600)
{
	struct world *world = &self->world;
	struct scope_count count;
	struct pair beside;
	struct place place;

	place_open(&place, world);
	set_filter("not port 7001 and not port 7101");
	beside = pair_open(variant->family);
	traffic(&place, 10000);
	cross(world, 11000, PORT_A);
	answer_late(&place, 11001);
	give_up(&place, 11002);
	wait_2msl(&place, 11003, true);
	wait_2msl(&place, 11004, false);
	connect_itself(variant->family);
	fail_unsent(world);
	EXPECT_EQ(0, judge_scope(world, "not port 7001 and not port 7101", 0, &count));
	EXPECT_EQ(4 + 7, count.refused);
	EXPECT_EQ(count.refused + 1, ledger_stat("filtered"));
	EXPECT_EQ(8, ledger_stat("records_created"));
	pair_close_orderly(&beside);
	EXPECT_JUDGED(world);
	need(ss_empty(), 2 * TIMER_MS);
	EXPECT_EQ(0, judge_scope(world, "not port 7001 and not port 7101", 0, &count));
	EXPECT_EQ(count.refused + 1, ledger_stat("filtered"));
	EXPECT_EQ(8, ledger_stat("records_created"));
	EXPECT_EQ(0, ledger_stat("partial_records"));
	EXPECT_VERDICT(beside.c, beside.s, 0, "partial=false time_wait.exit=expired log_dropped=0");
	EXPECT_VERDICT(beside.s, beside.c, 0, "partial=false close.kind=four_segment live=false");
}

/* This test will let SYNs cross of which the filter takes only that of the peer, or of the host. */
TEST_F_TIMEOUT(filter, first_syn_decides, USUAL)
{
	struct world *world = &self->world;
	bool v4 = variant->family == AF_INET;
	const char *peers = v4 ? "src host 192.0.2.2" : "src host 2001:db8::2";
	const char *hosts = v4 ? "src host 192.0.2.1" : "src host 2001:db8::1";
	struct scope_count count;
	struct peer first, second;
	int64_t since = real_ns();

	wire_open(&world->wire, variant->family);
	set_filter(peers);
	first = cross(world, 11000, PORT_A);
	EXPECT_EQ(0, judge_scope(world, peers, since, &count));
	EXPECT_EQ(1, count.refused);
	EXPECT_EQ(1, ledger_stat("filtered"));
	EXPECT_EQ(0, records_of(&first.host, &first.self));
	since = real_ns();
	set_filter(hosts);
	second = cross(world, 11001, PORT_A);
	EXPECT_EQ(0, judge_scope(world, hosts, since, &count));
	EXPECT_EQ(1, count.taken);
	EXPECT_VERDICT(second.host, second.self, 0,
		       "open.role=simultaneous partial=false close.kind=reset live=false");
	EXPECT_EQ(1, ledger_stat("filtered"));
}

/* This test will have a SYN come for a refused connection that is open: it is no new one. */
TEST_F_TIMEOUT(filter, stale_syn, USUAL)
{
	struct world *world = &self->world;
	const char *peers = variant->family == AF_INET ? "src host 192.0.2.2" :
							 "src host 2001:db8::2";
	struct scope_count count;
	struct peer peer;
	int fd;

	wire_open(&world->wire, variant->family);
	set_filter(peers);
	fd = wire_established(world, &peer);
	peer.seq -= 100;
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_EQ(0, records_all());
	EXPECT_EQ(1, ledger_stat("filtered"));
	sock_reset(fd);
	EXPECT_EQ(0, judge_scope(world, peers, 0, &count));
	EXPECT_EQ(0, records_all());
}

/* This test will switch records on with a filter by direction: adopted ones are judged by it. */
TEST_F_TIMEOUT(filter, adopted, USUAL)
{
	struct world *world = &self->world;
	const char *peers = variant->family == AF_INET ? "src host 192.0.2.2" :
							 "src host 2001:db8::2";
	struct peer came, left, orphan;
	struct scope_count count;
	int listener, other;

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES | JUDGE_RECORDS | JUDGE_ACCEPTED,
		       "connections are older than their records");
	sysctl_set("tcpledger/enabled", "0");
	listener = wire_listen(world, 8);
	came = peer_at(&world->wire, FAR_PORT + 1, WIRE_PORT);
	wire_serve(listener, &came);
	wire_established(world, &left);
	set_filter(peers);
	sysctl_set("tcpledger/enabled", "1");
	EXPECT_EQ(0, judge_scope(world, peers, 0, &count));
	EXPECT_EQ(1, count.taken);
	EXPECT_EQ(1, count.refused);
	EXPECT_VERDICT(came.host, came.self, 0, "open.role=adopted state=ESTABLISHED partial=true");
	/* Both were counted when they began, as records were off; nobody counts them again. */
	EXPECT_EQ(2, ledger_stat("disabled"));
	EXPECT_EQ(0, ledger_stat("filtered"));

	/* Without its listener a connection looks as if this host had opened it. */
	sysctl_set("tcpledger/enabled", "0");
	orphan = peer_at(&world->wire, FAR_PORT + 2, WIRE_PORT + 1);
	other = sock_listen(variant->family, &orphan.host, 8);
	wire_serve(other, &orphan);
	close(other);
	sysctl_set("tcpledger/enabled", "1");
	EXPECT_EQ(0, records_of(&orphan.host, &orphan.self));
	outside_add(world, &orphan.host, &orphan.self);
	EXPECT_EQ(1, ledger_stat("adopted_records"));
}

TEST_HARNESS_MAIN
