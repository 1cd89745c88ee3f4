// SPDX-License-Identifier: GPL-2.0
/* What programs ask of their sockets by options and odd calls. */
#include <errno.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

WORLD_FIXTURE(sockets);

/* One of a group of listeners at one address. */
static int listen_shared(int family, const struct endpoint *at)
{
	struct sockaddr_storage sa;
	socklen_t len = endpoint_to_sockaddr(at, family, &sa);
	int fd = sock_new(family);

	sock_set(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (bind(fd, (struct sockaddr *)&sa, len) || listen(fd, 8))
		die("listen at port %u", at->port);
	return fd;
}

/* This test will share a port among four listeners, each of which gets what its hash says. */
TEST_F_TIMEOUT(sockets, reuseport, USUAL)
{
	const int n = 4, connections = 12;
	struct pair p = { .family = variant->family, .s = loopback(variant->family) };
	struct pollfd listener[4];
	int used = 0;

	p.s.port = WIRE_PORT;
	for (int i = 0; i < n; i++)
		listener[i] = (struct pollfd){ listen_shared(variant->family, &p.s), POLLIN };
	for (int i = 0; i < connections; i++) {
		int which = 0;

		p.client = sock_new(variant->family);
		ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
		p.c = sock_local(p.client);
		ASSERT_EQ(1, poll(listener, n, DEADLINE_MS));
		while (!listener[which].revents)
			which++;
		used |= 1 << which;
		p.server = sock_accept(listener[which].fd);
		pair_close_orderly(&p);
		EXPECT_VERDICT(p.c, p.s, 0, "open.role=active close.kind=four_segment anomalies=");
		EXPECT_VERDICT(p.s, p.c, 0,
			       "open.role=passive close.kind=four_segment live=false anomalies=");
	}
	/* Else one listener had them all, and the group was none. */
	EXPECT_NE(0, used & (used - 1));
	EXPECT_EQ(2 * connections, records_all());
}

/*
 * This test will close a listener with an established connection in its queue:
 * another of its group accepts it, and the connection goes on.
 */
TEST_F_TIMEOUT(sockets, migrate_established, USUAL)
{
	struct pair p = { .family = variant->family, .s = loopback(variant->family) };
	int first;

	sysctl_set("ipv4/tcp_migrate_req", "1");
	p.s.port = WIRE_PORT;
	first = listen_shared(variant->family, &p.s);
	p.client = sock_new(variant->family);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	p.listener = listen_shared(variant->family, &p.s);
	close(first);
	p.server = sock_accept(p.listener);
	EXPECT_VERDICT(p.s, p.c, 0, "open.role=passive open.outcome=established state=ESTABLISHED");
	pair_serve(&p, 100);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "close.kind=four_segment bytes_sent=100 anomalies=");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment bytes_received=100 live=false anomalies=");
	EXPECT_EQ(2, records_all());
	EXPECT_LT(0, kernel_counter("TcpExt", "TCPMigrateReqSuccess"));
}

/* This test will close a listener between the SYN/ACK of a request and its third ACK. */
TEST_F_TIMEOUT(sockets, migrate_request, USUAL)
{
	struct endpoint at;
	struct peer peer;
	int first, second;

	sysctl_set("ipv4/tcp_migrate_req", "1");
	wire_open(&self->world.wire, variant->family);
	peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);
	at = peer.host;
	first = listen_shared(variant->family, &at);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	second = listen_shared(variant->family, &at);
	close(first);
	EXPECT_VERDICT(at, peer.self, 0, "state=SYN_RECV open.outcome=in_progress live=true");
	peer_send(&peer, SEG_ACK, 0);
	sock_accept(second);
	EXPECT_VERDICT(at, peer.self, 0,
		       "open.role=passive open.outcome=established state=ESTABLISHED anomalies=");
	EXPECT_EQ(1, records_all());
	EXPECT_LT(0, kernel_counter("TcpExt", "TCPMigrateReqSuccess"));
}

/*
 * This test will listen with TCP_DEFER_ACCEPT: the bare third ACK is dropped on
 * purpose, by a queue that is not full, and data opens the connection.
 */
TEST_F_TIMEOUT(sockets, defer_accept, USUAL)
{
	int listener = wire_listen(&self->world, 8), fd;
	struct peer peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);

	sock_set(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 30);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_EQ(1, kernel_counter("TcpExt", "TCPDeferAcceptDrop"));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=SYN_RECV open.outcome=in_progress open.ack_ns=null live=true "
		       "anomalies=");
	peer_send(&peer, SEG_PSH | SEG_ACK, 100);
	fd = sock_accept(listener);
	EXPECT_EQ(100, sock_receive(fd, 100));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.outcome=established state=ESTABLISHED bytes_received=100 "
		       "open.synack_retransmits=0 anomalies=");
}

/* This test will defer for a second only: then the SYN/ACK is sent again, and its ACK will do. */
TEST_F_TIMEOUT(sockets, defer_accept_over, USUAL)
{
	int listener = wire_listen(&self->world, 8);
	struct peer peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);

	sock_set(listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	peer_expect_again(&peer, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	sock_accept(listener);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.outcome=established state=ESTABLISHED open.synack_retransmits=1 "
		       "anomalies~synack_retransmit anomalies!~accept_queue_full");
}

static void disconnect(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	if (connect(fd, &none, sizeof(none)))
		die("connect to AF_UNSPEC");
}

/* This test will bind one end of a connection to a device and leave the other free. */
TEST_F_TIMEOUT(sockets, one_end_bound, USUAL)
{
	const int device = (int)if_nametoindex("lo");
	struct pair p = pair_listen(variant->family, 1);
	struct ledger ledger;
	json_object *client, *server;

	p.client = sock_new(variant->family);
	sock_set(p.client, SOL_SOCKET, SO_BINDTOIFINDEX, device);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	p.server = sock_accept(p.listener);
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=active state=ESTABLISHED ifindex=%d", device);
	EXPECT_VERDICT(p.s, p.c, 0, "open.role=passive state=ESTABLISHED ifindex=0");
	ledger_read(&ledger);
	client = ledger_find(&ledger, &p.c, &p.s, 0);
	server = ledger_find(&ledger, &p.s, &p.c, 0);
	EXPECT_EQ(record_int(server, "id"), record_int(client, "peer_id"));
	EXPECT_EQ(record_int(client, "id"), record_int(server, "peer_id"));
	ledger_free(&ledger);
	pair_close_orderly(&p);
	EXPECT_EQ(2, records_all());
}

/* This test will dissolve a connection by connect() to AF_UNSPEC, and connect the socket anew. */
TEST_F_TIMEOUT(sockets, disconnect, USUAL)
{
	struct pair p = pair_open(variant->family), again = p;

	disconnect(p.client);
	EXPECT_EQ(ECONNRESET, sock_wait_error(p.server, USUAL * 1000));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.outcome=established close.kind=reset close.reset_by=local live=false "
		       "@ESTABLISHED/CLOSE=user closer.pid=%d", getpid());
	EXPECT_VERDICT(p.s, p.c, 0, "close.kind=reset close.reset_by=remote live=false");
	sock_error(p.client);
	ASSERT_EQ(0, sock_connect(again.client, variant->family, &p.s));
	again.c = sock_local(again.client);
	again.server = sock_accept(p.listener);
	EXPECT_VERDICT(again.c, p.s, records_of(&again.c, &p.s) - 1,
		       "open.role=active open.outcome=established state=ESTABLISHED partial=false");
	shutdown(again.client, SHUT_WR);
	need(sock_state(again.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	disconnect(again.client);
	EXPECT_EQ(EPIPE, sock_wait_error(again.server, USUAL * 1000));	/* in CLOSE_WAIT */
	EXPECT_VERDICT(again.c, p.s, records_of(&again.c, &p.s) - 1,
		       "close.kind=reset close.first=local close.reset_by=local live=false "
		       "@FIN_WAIT2/CLOSE=user");
	EXPECT_EQ(4, records_all());
}

/* This test will dissolve a connection that is still asked for, and ask again. */
TEST_F_TIMEOUT(sockets, disconnect_syn_sent, USUAL)
{
	struct peer peer;
	int fd = wire_connect(&self->world, &peer);
	struct endpoint from = sock_local(fd);

	peer_expect(&peer, SEG_SYN, DEADLINE_MS);
	disconnect(fd);
	EXPECT_VERDICT(from, peer.self, 0,
		       "open.role=active open.outcome=aborted live=false @SYN_SENT/CLOSE=user");
	sock_error(fd);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(fd, variant->family, &peer.self));
	peer = peer_at(&self->world.wire, FAR_PORT, 0);
	peer_accept_connection(&peer);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, records_of(&peer.host, &peer.self) - 1,
		       "open.role=active open.outcome=established partial=false");
	EXPECT_EQ(2, records_all());
}

/*
 * This test will restore a connection as CRIU does: connect() in repair mode makes
 * it without a segment, and then its peer goes on with it.
 */
TEST_F_TIMEOUT(sockets, repair, USUAL)
{
	struct peer peer;
	int fd = sock_new(variant->family);
	struct endpoint from;

	wire_open(&self->world.wire, variant->family);
	from = self->world.wire.host;
	from.port = WIRE_PORT;
	close(fd);
	fd = sock_bound(variant->family, &from);
	peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);
	sock_set(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	sock_set(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
	sock_set(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, 1000);
	sock_set(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_RECV_QUEUE);
	sock_set(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, peer.seq);
	ASSERT_EQ(0, sock_connect(fd, variant->family, &peer.self));
	world_unjudged(&self->world, JUDGE_VALUES, "TCP_REPAIR opens without a third ACK");
	EXPECT_VERDICT(from, peer.self, 0,
		       "state=ESTABLISHED live=true open.syn_ns=null open.synack_ns=null "
		       "@CLOSE/SYN_SENT=user @SYN_SENT/ESTABLISHED=user anomalies!~illegal_transition");
	sock_set(fd, IPPROTO_TCP, TCP_REPAIR, -1);	/* off, without a probe */
	peer.ack = 1000;
	peer_send(&peer, SEG_PSH | SEG_ACK, 100);
	EXPECT_EQ(100, sock_receive(fd, 100));
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	need(sock_state(fd) == TCP_CLOSE_WAIT, DEADLINE_MS);
	close(fd);
	need(peer_silent(&peer, 100), DEADLINE_MS);
	peer.ack = 1001;
	peer_send(&peer, SEG_ACK, 0);
	need(record_over(&(struct peer){ .host = from, .self = peer.self }), DEADLINE_MS);
	EXPECT_VERDICT(from, peer.self, 0,
		       "close.first=remote close.reset_by=null close.error=null "
		       "bytes_received=100 bytes_sent=0 live=false @LAST_ACK/CLOSE=segment");
	EXPECT_EQ(1, records_all());
}

static void set_key(int fd, int family, const struct endpoint *peer, const char *key)
{
	struct tcp_md5sig md5 = { .tcpm_keylen = strlen(key) };
	struct sockaddr_storage sa;

	endpoint_to_sockaddr(peer, family, &sa);
	memcpy(&md5.tcpm_addr, &sa, sizeof(sa));
	memcpy(md5.tcpm_key, key, strlen(key));
	if (setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &md5, sizeof(md5)))
		die("TCP_MD5SIG");
}

/*
 * This test will sign all segments of a connection (RFC 2385), and let an RST and a
 * FIN come that nobody signed: TCP refuses them, whatever their numbers are.
 */
TEST_F_TIMEOUT(sockets, md5, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	struct endpoint any = loopback(variant->family);
	const struct segment *synack;
	struct segment forged;

	set_key(p.listener, variant->family, &any, "secret");
	p.client = sock_new(variant->family);
	set_key(p.client, variant->family, &any, "secret");
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	p.server = sock_accept(p.listener);
	synack = capture_find(&self->world.space[0].capture, &p.s, SEG_SYN | SEG_ACK, 0);
	ASSERT_NE(NULL, synack);
	forged = (struct segment){
		.src = p.s, .dst = p.c, .seq = synack->seq + 1, .ack = synack->ack,
		.win = 1000, .mss = -1, .wscale = -1,
	};
	for (int i = 0; i < 2; i++) {
		forged.flags = i ? SEG_FIN | SEG_ACK : SEG_RST;
		forged.ack = i ? synack->ack : 0;
		raw_send(&forged);
	}
	need(kernel_counter("TcpExt", "TCPMD5NotFound") == 2, DEADLINE_MS);
	EXPECT_EQ(TCP_ESTABLISHED, sock_state(p.client));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "state=ESTABLISHED live=true close.kind=null close.remote_fin_ns=null "
		       "close.reset_by=null");
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0, "close.kind=four_segment close.first=local state=TIME_WAIT");
	EXPECT_VERDICT(p.s, p.c, 0, "close.kind=four_segment close.first=remote live=false");
}

/* This test will sign with another key than the listener's: it answers no SYN. */
TEST_F_TIMEOUT(sockets, md5_wrong_key, USUAL + 100)
{
	struct pair p = pair_listen(variant->family, 8);
	struct endpoint any = loopback(variant->family);

	set_key(p.listener, variant->family, &any, "secret");
	p.client = sock_new(variant->family);
	set_key(p.client, variant->family, &any, "public");
	ASSERT_EQ(EINPROGRESS, sock_connect_start(p.client, variant->family, &p.s));
	p.c = sock_local(p.client);
	need(kernel_counter("TcpExt", "TCPMD5Failure") == 1, DEADLINE_MS);
	close(p.client);
	EXPECT_VERDICT(p.c, p.s, 0, "open.role=active open.outcome=aborted live=false");
	need(ledger_says(&p.s, &p.c, "live", "false"), (USUAL - 10) * 1000);
	EXPECT_VERDICT(p.s, p.c, 0, "open.role=passive open.outcome=dropped close.kind=none");
	EXPECT_EQ(2, records_all());
}

/* This test will leave data, then a SYN, unanswered for longer than TCP_USER_TIMEOUT. */
TEST_F_TIMEOUT(sockets, user_timeout, USUAL + 60)
{
	struct peer peer, asked;
	int fd = wire_established(&self->world, &peer), connecting;
	struct endpoint from;

	sock_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 3000);
	sock_send(fd, 10, 0);
	EXPECT_EQ(ETIMEDOUT, sock_wait_error(fd, USUAL * 1000));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=timed_out close.first=null close.reset_by=null "
		       "close.error=ETIMEDOUT live=false @ESTABLISHED/CLOSE=timer");

	asked = peer_at(&self->world.wire, FAR_PORT + 1, 0);
	connecting = sock_new(variant->family);
	sock_set(connecting, IPPROTO_TCP, TCP_USER_TIMEOUT, 3000);
	ASSERT_EQ(EINPROGRESS, sock_connect_start(connecting, variant->family, &asked.self));
	from = sock_local(connecting);
	EXPECT_EQ(ETIMEDOUT, sock_wait_error(connecting, USUAL * 1000));
	EXPECT_VERDICT(from, asked.self, 0,
		       "open.role=active open.outcome=timed_out close.kind=none "
		       "close.error=ETIMEDOUT live=false @SYN_SENT/CLOSE=timer");
}

TEST_HARNESS_MAIN
