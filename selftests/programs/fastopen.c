// SPDX-License-Identifier: GPL-2.0
/*
 * Data in a SYN (RFC 7413), and what may come instead of the third ACK. No cookie
 * is asked for, so that a peer on the wire can do it.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"

#define WITHOUT_COOKIE	"519"	/* tcp_fastopen: client and server, both with no cookie */
#define DATA		5

WORLD_FIXTURE(fastopen);

/* A SYN with data comes, and its child answers it. Return: the listener */
static int syn_with_data(struct world *world, struct peer *peer)
{
	int listener = wire_listen(world, 8);

	sysctl_set("ipv4/tcp_fastopen", WITHOUT_COOKIE);
	sock_set(listener, IPPROTO_TCP, TCP_FASTOPEN, 8);
	*peer = peer_at(&world->wire, FAR_PORT, WIRE_PORT);
	peer_send(peer, SEG_SYN, DATA);
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	if (peer->got.ack != peer->seq)
		die("the data of the SYN was not taken: %s", segment_text(&peer->got));
	return listener;
}

#define OPENED	"open.role=passive open.outcome=established open.fastopen=true " \
		"anomalies~fastopen anomalies!~illegal_transition bytes_received=5 "

/* This test will accept a child on its SYN alone, and give it the third ACK afterwards. */
TEST_F_TIMEOUT(fastopen, passive, USUAL)
{
	struct peer peer;
	int fd = sock_accept(syn_with_data(&self->world, &peer));

	EXPECT_EQ(DATA, sock_receive(fd, DATA));
	EXPECT_VERDICT(peer.host, peer.self, 0, OPENED "state=SYN_RECV live=true");
	peer_send(&peer, SEG_ACK, 0);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       OPENED "state=ESTABLISHED @SYN_RECV/ESTABLISHED=segment");
	EXPECT_JUDGED(&self->world);
}

/* This test will reset a child in SYN_RECV, which the program has accepted or not. */
TEST_F_TIMEOUT(fastopen, reset, USUAL)
{
	for (int accepted = 0; accepted < 2; accepted++) {
		struct peer peer;
		int listener = syn_with_data(&self->world, &peer);
		int fd = accepted ? sock_accept(listener) : -1;

		peer_send(&peer, SEG_RST, 0);
		need(record_over(&peer), DEADLINE_MS);
		if (accepted)
			EXPECT_EQ(ECONNRESET, sock_wait_error(fd, DEADLINE_MS));
		EXPECT_VERDICT(peer.host, peer.self, accepted,
			       OPENED "close.kind=reset close.reset_by=remote live=false "
			       "close.error=ECONNRESET @SYN_RECV/CLOSE=segment");
		close(fd);
		close(listener);
	}
	EXPECT_JUDGED(&self->world);
}

/* This test will tell a child that nobody has accepted yet that its peer cannot be reached. */
TEST_F_TIMEOUT(fastopen, unreachable, USUAL)
{
	struct peer peer;
	int listener = syn_with_data(&self->world, &peer);

	wire_send_unreachable(&self->world.wire, &peer.got);
	need(record_over(&peer), DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       OPENED "close.reset_by=null close.first=null live=false "
		       "@SYN_RECV/CLOSE=error");
	close(listener);
	EXPECT_JUDGED(&self->world);
}

/* This test will tell the same to a child that a program has: it goes on. */
TEST_F_TIMEOUT(fastopen, unreachable_accepted, USUAL)
{
	struct peer peer;
	int fd = sock_accept(syn_with_data(&self->world, &peer));

	wire_send_unreachable(&self->world.wire, &peer.got);
	EXPECT_VERDICT(peer.host, peer.self, 0, OPENED "state=SYN_RECV live=true");
	peer_send(&peer, SEG_ACK, 0);
	need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, OPENED "state=ESTABLISHED live=true");
	EXPECT_JUDGED(&self->world);
}

/* This test will close a child before its third ACK comes, which then covers the FIN as well. */
TEST_F_TIMEOUT(fastopen, closed_in_syn_recv, USUAL)
{
	struct peer peer;
	int fd = sock_accept(syn_with_data(&self->world, &peer));

	world_unjudged(&self->world, JUDGE_VALUES,
		       "the ACK that ends SYN_RECV comes after close()");
	EXPECT_EQ(DATA, sock_receive(fd, DATA));
	close(fd);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       OPENED "close.kind=four_segment close.first=local state=TIME_WAIT "
		       "@SYN_RECV/FIN_WAIT1=user");
	EXPECT_JUDGED(&self->world);
}

/* Connect over the wire with data in the SYN. */
static int send_with_syn(struct world *world, struct peer *peer, struct endpoint *from)
{
	struct sockaddr_storage sa;
	int fd = sock_new(world->family);
	socklen_t len;

	if (world->wire.fd < 0)
		wire_open(&world->wire, world->family);
	sysctl_set("ipv4/tcp_fastopen", WITHOUT_COOKIE);
	*peer = peer_at(&world->wire, FAR_PORT, 0);
	len = endpoint_to_sockaddr(&peer->self, world->family, &sa);
	/* It need not wait for the answer. */
	if (sendto(fd, "hello", DATA, MSG_FASTOPEN | MSG_DONTWAIT,
		   (struct sockaddr *)&sa, len) != DATA)
		die("sendto with MSG_FASTOPEN");
	*from = sock_local(fd);
	peer_expect(peer, SEG_SYN, DEADLINE_MS);
	if (peer->got.len != DATA)
		die("a SYN without the data: %s", segment_text(&peer->got));
	return fd;
}

/* This test will have the data of a SYN taken, or only its SYN, so that the data goes again. */
TEST_F_TIMEOUT(fastopen, active, USUAL)
{
	for (int taken = 0; taken < 2; taken++) {
		struct endpoint from;
		struct peer peer;
		int fd = send_with_syn(&self->world, &peer, &from);

		if (!taken)
			peer.ack -= DATA;
		peer_send(&peer, SEG_SYN | SEG_ACK, 0);
		peer_expect(&peer, SEG_ACK, DEADLINE_MS);
		need(sock_state(fd) == TCP_ESTABLISHED, DEADLINE_MS);
		EXPECT_VERDICT(from, peer.self, 0,
			       "open.role=active open.outcome=established state=ESTABLISHED "
			       "open.syn_retransmits=0 anomalies!~illegal_transition");
	}
	EXPECT_JUDGED(&self->world);
}

/* This test will refuse a SYN with data. */
TEST_F_TIMEOUT(fastopen, refused, USUAL)
{
	struct endpoint from;
	struct peer peer;
	int fd = send_with_syn(&self->world, &peer, &from);

	peer_send(&peer, SEG_RST | SEG_ACK, 0);
	EXPECT_EQ(ECONNREFUSED, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(from, peer.self, 0,
		       "open.role=active open.outcome=refused close.kind=none "
		       "close.reset_by=remote close.error=ECONNREFUSED live=false");
	EXPECT_JUDGED(&self->world);
}

/* This test will report that a SYN with data did not reach its peer. */
TEST_F_TIMEOUT(fastopen, syn_unreachable, USUAL)
{
	struct endpoint from;
	struct peer peer;
	int fd = send_with_syn(&self->world, &peer, &from);

	wire_send_unreachable(&self->world.wire, &peer.got);
	EXPECT_NE(0, sock_wait_error(fd, DEADLINE_MS));
	EXPECT_VERDICT(from, peer.self, 0,
		       "open.role=active open.outcome=unreachable close.kind=none "
		       "close.reset_by=null live=false @SYN_SENT/CLOSE=error");
	EXPECT_JUDGED(&self->world);
}

TEST_HARNESS_MAIN
