// SPDX-License-Identifier: GPL-2.0
/* What stands between a connection and the ledger: firewalls, forgeries, odd segments. */
#include <netinet/tcp.h>
#include <time.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"

WORLD_FIXTURE(around);

/* Count the segments of a record that have given flags and a given value under a key. */
static int entries_with(const struct endpoint *local, const struct endpoint *remote, uint8_t flags,
			const char *key, const char *value)
{
	struct ledger ledger;
	json_object *rec, *log;
	int n = 0;

	ledger_read(&ledger);
	rec = ledger_find(&ledger, local, remote, 0);
	if (!rec)
		die("no record of port %u", local->port);
	log = record_at(rec, "log");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		n += entry_is(entry, "segment") && (entry_flags(entry) & flags) == flags &&
		     !strcmp(record_text(entry, key), value);
	}
	ledger_free(&ledger);
	return n;
}

/*
 * This test will speak IPv4 to an IPv6 socket that listens for both: from an
 * IPv4 socket, and from an IPv6 socket with a mapped address. On the wire, and
 * in the ledger, both are IPv4.
 */
TEST_F_TIMEOUT(around, v4_mapped, USUAL)
{
	struct endpoint any = endpoint_from_text("::", 0), to = loopback(AF_INET);
	int listener = sock_listen(AF_INET6, &any, 8);
	int client = sock_new(variant->family), server;
	struct endpoint from;

	to.port = sock_local(listener).port;
	ASSERT_EQ(0, sock_connect(client, variant->family, &to));
	from = sock_local(client);
	server = sock_accept(listener);
	EXPECT_VERDICT(from, to, 0,
		       "family=inet local=127.0.0.1 remote=127.0.0.1 open.role=active "
		       "open.outcome=established state=ESTABLISHED");
	EXPECT_VERDICT(to, from, 0,
		       "family=inet local=127.0.0.1 remote=127.0.0.1 open.role=passive "
		       "open.outcome=established owner.pid=%d", getpid());
	sock_reset(server);
	EXPECT_EQ(ECONNRESET, sock_wait_error(client, DEADLINE_MS));
	EXPECT_VERDICT(to, from, 0, "close.kind=reset close.reset_by=local");
	EXPECT_EQ(2, records_all());
}

/* This test will open one tuple again and again while its last connection is in TIME_WAIT. */
TEST_F_TIMEOUT(around, tuple_reuse, USUAL)
{
	/* A timewait socket remembers in which second it was, and 0 is none. */
	const struct timespec second = { .tv_sec = 1 };
	struct pair p = pair_listen(variant->family, 8);
	const int rounds = 3;

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &second, NULL);
	p.c = loopback(variant->family);
	p.c.port = WIRE_PORT;
	for (int i = 0; i < rounds; i++) {
		p.client = sock_bound(variant->family, &p.c);
		ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
		p.server = sock_accept(p.listener);
		pair_close_orderly(&p);
	}
	EXPECT_EQ(rounds, records_of(&p.c, &p.s));
	EXPECT_EQ(rounds, records_of(&p.s, &p.c));
	for (int i = 0; i < rounds; i++) {
		bool last = i == rounds - 1;

		EXPECT_VERDICT(p.c, p.s, i,
			       "open.role=active open.outcome=established close.kind=four_segment "
			       "close.first=local time_wait.exit=%s live=%s @TIME_WAIT/CLOSE=%s "
			       "anomalies%stime_wait_reused", last ? "null" : "reused",
			       last ? "true" : "false", last ? "never" : "user", last ? "!~" : "~");
		EXPECT_VERDICT(p.s, p.c, i,
			       "open.role=passive open.outcome=established close.kind=four_segment "
			       "close.first=remote time_wait=null live=false");
	}
}

/*
 * This test will send a SYN to a connection in TIME_WAIT: it ends the old
 * connection and opens a new one, so both records have it.
 */
TEST_F_TIMEOUT(around, reopened_by_peer, USUAL)
{
	struct peer peer;
	int listener;

	listener = wire_listen_for(&self->world, &peer, 1, 8);
	peer_open_connection(&peer);
	close(sock_accept(listener));
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT close.first=local time_wait.exit=null");

	peer.seq += 100000;
	peer_open_connection(&peer);
	sock_accept(listener);
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false close.kind=three_segment time_wait.exit=reused "
		       "@TIME_WAIT/CLOSE=segment anomalies~time_wait_reused");
	EXPECT_VERDICT(peer.host, peer.self, 1,
		       "open.role=passive open.outcome=established state=ESTABLISHED "
		       "time_wait=null close.kind=null");
}

static void reject_start(uint16_t port)
{
	run("nft 'add table inet tcpledger_reject; "
	    "add chain inet tcpledger_reject input { type filter hook input priority 0; }; "
	    "add rule inet tcpledger_reject input tcp dport %u reject with tcp reset'", port);
}

/* This test will have a firewall answer a SYN with an RST: a client's record, none of a server. */
TEST_F_TIMEOUT(around, reject_syn, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);

	p.c = loopback(variant->family);
	p.c.port = WIRE_PORT;
	p.client = sock_bound(variant->family, &p.c);
	reject_start(p.s.port);
	EXPECT_EQ(ECONNREFUSED, sock_connect(p.client, variant->family, &p.s));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.role=active open.outcome=refused close.reset_by=remote "
		       "close.error=ECONNREFUSED live=false");
	EXPECT_EQ(1, records_all());
	/* The SYN reached no TCP, and the RST that left belongs to no record. */
	self->world.space[0].dropped = 1;
	self->world.space[0].strays = 1;
}

/* This test will have a firewall reset a connection behind the back of one of its ends. */
TEST_F_TIMEOUT(around, reject_data, USUAL)
{
	struct pair p = pair_open(variant->family);

	reject_start(p.s.port);
	sock_send(p.client, 10, 0);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.client, DEADLINE_MS));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.reset_by=remote close.error=ECONNRESET live=false");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "state=ESTABLISHED live=true close.kind=null close.first=null "
		       "close.reset_by=null");
	EXPECT_EQ(1, entries_with(&p.s, &p.c, SEG_RST, "origin", "other"));
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(p.server));
}

/* This test will send an RST in a server's name from a raw socket: only the client believes it. */
TEST_F_TIMEOUT(around, raw_reset, USUAL)
{
	struct pair p = pair_open(variant->family);
	const struct segment *synack = capture_find(&self->world.space[0].capture, &p.s,
						    SEG_SYN | SEG_ACK, 0);
	struct segment rst = {
		.src = p.s, .dst = p.c, .flags = SEG_RST, .mss = -1, .wscale = -1,
	};

	ASSERT_NE(NULL, synack);
	rst.seq = synack->seq + 1;
	raw_send(&rst);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.client, DEADLINE_MS));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.reset_by=remote close.error=ECONNRESET live=false");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "state=ESTABLISHED live=true close.kind=null close.first=null "
		       "close.reset_by=null");
	EXPECT_EQ(1, entries_with(&p.s, &p.c, SEG_RST, "origin", "other"));
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(p.server));
}

/* This test will drop a SYN in INPUT: what never reaches TCP makes no record. */
TEST_F_TIMEOUT(around, input_drop, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	char match[64];

	snprintf(match, sizeof(match), "tcp dport %u tcp flags syn", p.s.port);
	drop_start(match);
	p.client = sock_new(variant->family);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	need(drop_count(), DEADLINE_MS);
	close(p.client);
	EXPECT_EQ(0, records_of(&p.s, &p.c));
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=active open.outcome=aborted live=false");
	drop_control_stop(&self->world);
}

/*
 * This test will send a FIN in a segment that is not yet cut to the size of the
 * wire. Data and FIN must wait together for that: the first ACKs are lost, so
 * that the congestion window of ten segments is full when they are queued.
 */
TEST_F_TIMEOUT(around, gso_fin, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	const int mss = 1000, first = 10000, rest = 5000;
	const struct segment *fin;
	char match[96];

	p.client = sock_new(variant->family);
	sock_set(p.client, IPPROTO_TCP, TCP_MAXSEG, mss);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	p.server = sock_accept(p.listener);
	snprintf(match, sizeof(match),
		 "tcp sport %u tcp flags & (fin | syn | rst | ack) == ack", p.s.port);
	drop_start(match);
	sock_send(p.client, first, 0);
	sock_send(p.client, rest, MSG_MORE);
	shutdown(p.client, SHUT_WR);
	EXPECT_LT(0, drop_stop());
	EXPECT_EQ(first + rest, sock_receive(p.server, 0));
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	fin = capture_find(&self->world.space[0].capture, &p.c, SEG_FIN | SEG_ACK, 0);
	ASSERT_NE(NULL, fin);
	/* Else the FIN went alone, and the test shows nothing. */
	EXPECT_LT(mss, (int)fin->len);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local bytes_sent=%d state=TIME_WAIT",
		       first + rest);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote bytes_received=%d live=false",
		       first + rest);
}

/* This test will let an RST and a FIN come with a wrong checksum: TCP never sees them. */
TEST_F_TIMEOUT(around, bad_checksum, USUAL)
{
	struct segment bad;
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	bad = peer_segment(&peer, SEG_RST | SEG_ACK, 0);
	bad.bad_checksum = true;
	wire_send(&self->world.wire, &bad);
	bad = peer_segment(&peer, SEG_FIN | SEG_ACK, 0);
	bad.bad_checksum = true;
	wire_send(&self->world.wire, &bad);
	EXPECT_TRUE(peer_silent(&peer, 100));
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(fd));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=ESTABLISHED live=true close.kind=null close.first=null "
		       "close.reset_by=null close.remote_fin_ns=null anomalies~bad_checksum");
	EXPECT_EQ(1, entries_with(&peer.host, &peer.self, SEG_RST, "accepted", "false"));
	EXPECT_EQ(1, entries_with(&peer.host, &peer.self, SEG_FIN, "accepted", "false"));
}

/* This test will switch early demux off, so that no segment comes with its socket. */
TEST_F_TIMEOUT(around, no_early_demux, USUAL)
{
	struct peer peer;
	int listener, fd;

	sysctl_set("ipv4/ip_early_demux", "0");
	sysctl_set("ipv4/tcp_early_demux", "0");
	listener = wire_listen_for(&self->world, &peer, 1, 8);
	peer_open_connection(&peer);
	fd = sock_accept(listener);
	peer_send(&peer, SEG_PSH | SEG_ACK, 100);
	EXPECT_EQ(100, sock_receive(fd, 100));
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	close(fd);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.role=passive open.outcome=established close.kind=four_segment "
		       "close.first=remote bytes_received=100 bytes_sent=0 anomalies=");
	EXPECT_EQ(1, records_all());
}

TEST_HARNESS_MAIN
