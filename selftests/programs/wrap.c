// SPDX-License-Identifier: GPL-2.0
/*
 * Sequence numbers that begin again at 0: in the SYN, in data, in the FIN, and in
 * what is sent again. Repair mode chooses the client's initial number, the wire
 * the peer's.
 */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"

FIXTURE(wrap) {
	struct world world;
};

/* before: numbers left until 0 when the SYN is sent, its own among them; sent: bytes */
FIXTURE_VARIANT(wrap) {
	int family;
	uint32_t before;
	uint32_t sent;
};

FIXTURE_VARIANT_ADD(wrap, after_syn) { .family = AF_INET, .before = 1, .sent = 0 };
FIXTURE_VARIANT_ADD(wrap, after_fin) { .family = AF_INET, .before = 2, .sent = 0 };
FIXTURE_VARIANT_ADD(wrap, before_fin) { .family = AF_INET6, .before = 2, .sent = 1 };
FIXTURE_VARIANT_ADD(wrap, in_data) { .family = AF_INET6, .before = 100, .sent = 3000 };
FIXTURE_VARIANT_ADD(wrap, data_after_syn) { .family = AF_INET, .before = 1, .sent = 3000 };
FIXTURE_VARIANT_ADD(wrap, after_data_and_fin) { .family = AF_INET6, .before = 3002, .sent = 3000 };

FIXTURE_SETUP(wrap)
{
	world_open(&self->world, variant->family);
}

FIXTURE_TEARDOWN(wrap)
{
	world_close(&self->world);
}

static void __attribute__((constructor)) begin(void)
{
	trace_begin();
}

/* A socket whose SYN will have this number, which the kernel takes where it is not 0. */
static int sock_with_isn(int family, uint32_t isn)
{
	int fd = sock_new(family);

	sock_set(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	sock_set(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE);
	sock_set(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, isn);
	sock_set(fd, IPPROTO_TCP, TCP_REPAIR, 0);
	return fd;
}

static struct pair connect_with_isn(int family, uint32_t isn)
{
	struct pair p = pair_listen(family, 8);

	p.client = sock_with_isn(family, isn);
	if (sock_connect(p.client, family, &p.s))
		die("connect");
	p.c = sock_local(p.client);
	p.server = sock_accept(p.listener);
	return p;
}

/* This test will open, use and close a connection whose client's numbers pass 0. */
TEST_F_TIMEOUT(wrap, orderly, USUAL)
{
	struct pair p = connect_with_isn(variant->family, -variant->before);

	if (variant->sent)
		pair_serve(&p, variant->sent);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.local_isn=%u close.kind=four_segment close.first=local state=TIME_WAIT "
		       "bytes_sent=%u close.fin_retransmits=0 anomalies=",
		       -variant->before, variant->sent);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "open.remote_isn=%u close.kind=four_segment close.first=remote live=false "
		       "bytes_received=%u anomalies=", -variant->before, variant->sent);
}

/* This test will send the data and the FIN in one segment that passes 0. */
TEST_F_TIMEOUT(wrap, data_with_fin, USUAL)
{
	struct pair p = connect_with_isn(variant->family, -variant->before);

	if (variant->sent)
		sock_send(p.client, variant->sent, MSG_MORE);
	shutdown(p.client, SHUT_WR);
	EXPECT_EQ(variant->sent, sock_receive(p.server, 0));
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	need(sock_state(p.client) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local bytes_sent=%u state=TIME_WAIT "
		       "anomalies=", variant->sent);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote bytes_received=%u live=false "
		       "anomalies=", variant->sent);
}

/* This test will lose the FIN, so that its number is sent twice. */
TEST_F_TIMEOUT(wrap, fin_lost, USUAL)
{
	struct pair p = connect_with_isn(variant->family, -variant->before);

	if (variant->sent)
		pair_serve(&p, variant->sent);
	drop_start("tcp flags & fin == fin");
	shutdown(p.client, SHUT_WR);
	need(drop_count(), DEADLINE_MS);
	drop_control_stop(&self->world);
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	need(sock_state(p.client) == TCP_CLOSE, DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.fin_retransmits>=1 anomalies~fin_retransmit "
		       "state=TIME_WAIT");
	EXPECT_VERDICT(p.s, p.c, 0, "close.kind=four_segment close.first=remote live=false");
}

/*
 * This test will have a peer whose numbers pass 0, and whose FIN comes again, with
 * an old segment of data, when this end is in TIME_WAIT.
 */
TEST_F_TIMEOUT(wrap, peer, USUAL)
{
	int listener = wire_listen(&self->world, 8), fd;
	struct peer peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);
	struct segment old;

	peer.seq = -variant->before;
	fd = wire_serve(listener, &peer);
	if (variant->sent) {
		for (uint32_t left = variant->sent; left; left -= left < 1000 ? left : 1000)
			peer_send(&peer, SEG_PSH | SEG_ACK, left < 1000 ? left : 1000);
		EXPECT_EQ(variant->sent, sock_receive(fd, variant->sent));
		/* The last ACK may wait for more. */
		need(peer_silent(&peer, 100), DEADLINE_MS);
	}
	wire_to_time_wait(fd, &peer);
	peer_repeat_fin(&peer);
	old = peer_segment(&peer, SEG_PSH | SEG_ACK, 1);
	old.seq -= 2;
	wire_send(peer.wire, &old);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "open.remote_isn=%u close.kind=four_segment close.first=local "
		       "bytes_received=%u state=TIME_WAIT time_wait.fin_reacks=1 "
		       "time_wait.old_duplicates=1", -variant->before, variant->sent);
}

TEST_HARNESS_MAIN
