// SPDX-License-Identifier: GPL-2.0
/* How connections end without both FINs: resets, true and forged, and every timeout. */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"

WORLD_FIXTURE(abort);

static int pending(int fd)
{
	char data[64];

	return recv(fd, data, sizeof(data), MSG_PEEK | MSG_DONTWAIT);
}

/* This test will close a socket with SO_LINGER 0. */
TEST_F_TIMEOUT(abort, linger, USUAL)
{
	struct pair p = pair_open(variant->family);

	sock_reset(p.client);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.server, DEADLINE_MS));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.outcome=established close.kind=reset close.first=local "
		       "close.reset_by=local state=CLOSE live=false @ESTABLISHED/CLOSE=user "
		       "closer.pid=%d closer.comm=%s", getpid(), program_invocation_short_name);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.outcome=established close.kind=reset close.first=remote "
		       "close.reset_by=remote close.error=ECONNRESET state=CLOSE live=false "
		       "@ESTABLISHED/CLOSE=segment closer=null");
}

/* This test will close a socket that has data nobody read. */
TEST_F_TIMEOUT(abort, unread_data, USUAL)
{
	struct pair p = pair_open(variant->family);

	sock_send(p.client, 10, 0);
	need(pending(p.server) == 10, DEADLINE_MS);
	close(p.server);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.client, DEADLINE_MS));
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=reset close.first=local close.reset_by=local bytes_received=10 "
		       "live=false @ESTABLISHED/CLOSE=user closer.pid=%d", getpid());
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote bytes_sent=10 "
		       "close.error=ECONNRESET live=false @ESTABLISHED/CLOSE=segment");
}

/*
 * This test will close a socket in TCP_REPAIR, which says nothing on the wire, and hours
 * later send data to it: the RST that answers the data is no part of its connection.
 */
TEST_F_TIMEOUT(abort, repair, USUAL + 7200)
{
	struct pair p = pair_open(variant->family);

	sock_set(p.client, IPPROTO_TCP, TCP_REPAIR, 1);
	close(p.client);
	EXPECT_EQ(0, capture_count(&self->world.space[0].capture, &p.c, SEG_RST));
	EXPECT_EQ(0, capture_count(&self->world.space[0].capture, &p.c, SEG_RST | SEG_ACK));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.outcome=established close.kind=reset close.first=null "
		       "close.reset_by=null close.error=null live=false @ESTABLISHED/CLOSE=user "
		       "closer.pid=%d anomalies=", getpid());
	EXPECT_VERDICT(p.s, p.c, 0, "state=ESTABLISHED live=true");
	EXPECT_JUDGED(&self->world);
	sleep(7200);	/* longer than any segment may wander */
	sock_send(p.server, 10, 0);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.server, DEADLINE_MS));
	EXPECT_EQ(1, capture_count(&self->world.space[0].capture, &p.c, SEG_RST));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.first=null close.reset_by=null completeness=%d", 7);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=reset close.reset_by=remote live=false");
	self->world.space[0].strays = 1;
	EXPECT_JUDGED(&self->world);
}

/* This test will receive an RST that is valid. */
TEST_F_TIMEOUT(abort, received, USUAL)
{
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	peer_send(&peer, SEG_RST | SEG_ACK, 0);
	EXPECT_EQ(ECONNRESET, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote "
		       "close.error=ECONNRESET live=false @ESTABLISHED/CLOSE=segment closer=null "
		       "anomalies!~blind_reset");
}

/* Count the RSTs that came in and that TCP is said to have refused. */
static int refused_resets(const struct peer *peer)
{
	struct ledger ledger;
	json_object *log;
	int n = 0;

	ledger_read(&ledger);
	log = record_at(ledger_find(&ledger, &peer->host, &peer->self, 0), "log");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		n += entry_is(entry, "segment") && entry_flags(entry) & SEG_RST &&
		     !strcmp(record_text(entry, "accepted"), "false");
	}
	ledger_free(&ledger);
	return n;
}

/* This test will forge RSTs: one out of the window, one in it but not at its edge. */
TEST_F_TIMEOUT(abort, spoofed, USUAL)
{
	struct segment rst;
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	rst = peer_segment(&peer, SEG_RST, 0);
	rst.seq -= 100000;
	wire_send(&self->world.wire, &rst);
	EXPECT_TRUE(peer_silent(&peer, 10));
	rst = peer_segment(&peer, SEG_RST, 0);
	rst.seq += 100;
	wire_send(&self->world.wire, &rst);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(fd));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=ESTABLISHED live=true close.kind=null close.reset_by=null "
		       "anomalies~blind_reset anomalies~challenge_ack");
	EXPECT_EQ(2, refused_resets(&peer));
}

/*
 * Does the record say that TCP took the RST with this number, and that it ended the
 * connection? Return: 0 or 1, the number of what is wrong
 */
static int judge_taken(const struct peer *peer, uint32_t seq)
{
	json_object *log, *close, *rst;
	struct ledger ledger;
	int wrong;

	ledger_read(&ledger);
	log = record_at(ledger_find(&ledger, &peer->host, &peer->self, 0), "log");
	close = json_object_array_get_idx(log, json_object_array_length(log) - 1);
	rst = record_null(close, "segment") ? NULL :
		json_object_array_get_idx(log, record_int(close, "segment"));
	wrong = !rst || strcmp(record_text(close, "to"), "CLOSE") ||
		entry_flags(rst) != SEG_RST || (uint32_t)record_int(rst, "seq") != seq ||
		strcmp(record_text(rst, "accepted"), "true");
	if (wrong)
		say("the last entry is %s", json_object_to_json_string(close));
	ledger_free(&ledger);
	return wrong;
}

/* This test will close at the peer, then send an RST with the number of the FIN. */
TEST_F_TIMEOUT(abort, received_before_fin, USUAL)
{
	struct segment rst;
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	rst = peer_segment(&peer, SEG_RST, 0);
	rst.seq--;
	wire_send(&self->world.wire, &rst);
	EXPECT_EQ(EPIPE, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote "
		       "close.error=EPIPE live=false @CLOSE_WAIT/CLOSE=segment "
		       "anomalies!~blind_reset");
	EXPECT_EQ(0, judge_taken(&peer, rst.seq));
}

/* A connection of a peer that understands SACK. Return: accepted socket */
static int serve_sack(struct world *world, struct peer *peer)
{
	int listener = wire_listen(world, 8);
	struct segment syn;

	*peer = peer_at(&world->wire, FAR_PORT, WIRE_PORT);
	syn = peer_segment(peer, SEG_SYN, 0);
	syn.sack = true;
	wire_send(&world->wire, &syn);
	peer->seq++;
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
	return sock_accept(listener);
}

/* This test will lose data, then send an RST that follows on what came after it. */
TEST_F_TIMEOUT(abort, received_after_gap, USUAL)
{
	struct segment data, rst;
	struct peer peer;
	int fd = serve_sack(&self->world, &peer);

	data = peer_segment(&peer, SEG_PSH | SEG_ACK, 10);
	data.seq += 100;
	wire_send(&self->world.wire, &data);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	rst = peer_segment(&peer, SEG_RST, 0);
	rst.seq += 110;
	wire_send(&self->world.wire, &rst);
	EXPECT_EQ(ECONNRESET, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote open.sack=true "
		       "close.error=ECONNRESET live=false @ESTABLISHED/CLOSE=segment "
		       "anomalies!~blind_reset");
	EXPECT_EQ(0, judge_taken(&peer, rst.seq));
}

/* This test will send data that is never acknowledged. */
TEST_F_TIMEOUT(abort, retransmission_timeout, USUAL + 60)
{
	struct peer peer;
	int fd;

	sysctl_set("ipv4/tcp_retries2", "6");
	fd = wire_established(&self->world, &peer);
	sock_send(fd, 100, 0);
	EXPECT_EQ(ETIMEDOUT, sock_wait_error(fd, 120000));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.outcome=established close.kind=timed_out close.error=ETIMEDOUT "
		       "close.first=null close.reset_by=null closer=null live=false "
		       "@ESTABLISHED/CLOSE=timer retransmits>=6");
}

/* This test will never answer keepalive probes. */
TEST_F_TIMEOUT(abort, keepalive_timeout, USUAL + 60)
{
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	sock_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 10);
	sock_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 5);
	sock_set(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
	sock_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	EXPECT_EQ(ETIMEDOUT, sock_wait_error(fd, 60000));
	/* The RST that the kernel sends then is not why the connection ended. */
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=timed_out close.error=ETIMEDOUT closer=null live=false "
		       "@ESTABLISHED/CLOSE=timer");
}

/* This test will close a socket whose FIN is never acknowledged. */
TEST_F_TIMEOUT(abort, orphan_timeout, USUAL + 300)
{
	struct peer peer;

	close(wire_established(&self->world, &peer));
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), 300000);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=timed_out close.first=local close.reset_by=null "
		       "close.fin_retransmits>=8 state=CLOSE @ESTABLISHED/FIN_WAIT1=user "
		       "@FIN_WAIT1/CLOSE=timer closer.pid=%d anomalies~orphan_timeout "
		       "anomalies~fin_retransmit", getpid());
}

/* This test will destroy a socket with `ss -K`. */
TEST_F_TIMEOUT(abort, ss_kill, USUAL)
{
	struct pair p = pair_open(variant->family);

	run("ss -tK sport = :%u and dport = :%u", p.c.port, p.s.port);
	EXPECT_EQ(ECONNABORTED, sock_wait_error(p.client, DEADLINE_MS));
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.server, DEADLINE_MS));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.first=local close.reset_by=local "
		       "close.error=ECONNABORTED live=false @ESTABLISHED/CLOSE=user closer.comm=ss");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote "
		       "close.error=ECONNRESET live=false @ESTABLISHED/CLOSE=segment");
}

/* This test will destroy a socket whose FINs are both sent: `ss -K` sends no RST then. */
TEST_F_TIMEOUT(abort, ss_kill_last_ack, USUAL)
{
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer.seq++;
	need(sock_state(fd) == TCP_CLOSE_WAIT, DEADLINE_MS);
	shutdown(fd, SHUT_WR);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	run("ss -tK sport = :%u and dport = :%u", peer.host.port, peer.self.port);
	EXPECT_EQ(ECONNABORTED, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_EQ(0, capture_count(&self->world.space[0].capture, &peer.host, SEG_RST) +
		     capture_count(&self->world.space[0].capture, &peer.host, SEG_RST | SEG_ACK));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=reset close.first=remote close.reset_by=null "
		       "close.error=ECONNABORTED live=false @LAST_ACK/CLOSE=user");
}

/* This test will close a listener with a connection that nobody accepted. */
TEST_F_TIMEOUT(abort, listener_closed, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);

	p.client = sock_new(variant->family);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	EXPECT_VERDICT(p.s, p.c, 0, "state=ESTABLISHED owner.pid=%d owner.comm=%s", getpid(),
		       program_invocation_short_name);
	close(p.listener);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.client, DEADLINE_MS));
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.role=passive open.outcome=established close.kind=reset "
		       "close.first=local close.reset_by=local live=false @ESTABLISHED/CLOSE=user "
		       "closer.pid=%d", getpid());
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=reset close.first=remote close.reset_by=remote "
		       "close.error=ECONNRESET @ESTABLISHED/CLOSE=segment");
}

TEST_HARNESS_MAIN
