// SPDX-License-Identifier: GPL-2.0
/* How connections close when both ends speak: FINs in every order, lost, late, or with data. */
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"

WORLD_FIXTURE(close);

/* This test will close a connection with FIN, ACK, FIN, ACK and wait for the end of TIME_WAIT. */
TEST_F_TIMEOUT(close, four_segments, USUAL)
{
	struct pair p = pair_open(variant->family);

	sock_send(p.client, 78, 0);
	sock_receive(p.server, 78);
	sock_send(p.server, 1256, 0);
	sock_receive(p.client, 1256);
	pair_close_orderly(&p);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local close.reset_by=null "
		       "close.error=null close.fin_retransmits=0 state=TIME_WAIT live=true "
		       "bytes_sent=78 bytes_received=1256 retransmits=0 closer.pid=%d "
		       "closer.comm=%s @ESTABLISHED/FIN_WAIT1=user @FIN_WAIT1/FIN_WAIT2=segment "
		       "@FIN_WAIT2/TIME_WAIT=segment time_wait.exit=null time_wait.restarts=0 "
		       "anomalies=", getpid(), program_invocation_short_name);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote close.reset_by=null "
		       "close.error=null state=CLOSE live=false bytes_sent=1256 bytes_received=78 "
		       "@ESTABLISHED/CLOSE_WAIT=segment @CLOSE_WAIT/LAST_ACK=user "
		       "@LAST_ACK/CLOSE=segment time_wait=null closer=null anomalies=");
	EXPECT_JUDGED(&self->world);

	need(ledger_says(&p.c, &p.s, "live", "false"), 70000);
	/* The timer of 60 s may go off 2.1 s late, and no earlier. */
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment state=CLOSE time_wait.exit=expired "
		       "time_wait.residence_ns>=60000000000 time_wait.residence_ns<=62200000000 "
		       "time_wait.residence_exact=true @TIME_WAIT/CLOSE=timer anomalies=");
}

/*
 * Close the server right after the client, before the kernel's 40 ms for an ACK of
 * the first FIN have passed. Return: whether the capture shows that they had not
 */
static bool close_at_once(struct world *world, struct pair *p)
{
	*p = pair_open(world->family);
	close(p->client);
	close(p->server);
	need(ledger_says(&p->s, &p->c, "live", "false"), DEADLINE_MS);
	/* The server has nothing else to acknowledge. */
	return !capture_count(&world->space[0].capture, &p->s, SEG_ACK);
}

/* This test will have the second FIN carry the ACK of the first. */
TEST_F_TIMEOUT(close, three_segments, USUAL)
{
	struct pair p;

	for (int tries = 1; !close_at_once(&self->world, &p); tries++) {
		EXPECT_VERDICT(p.c, p.s, 0, "close.kind=four_segment close.first=local");
		EXPECT_VERDICT(p.s, p.c, 0, "close.kind=four_segment close.first=remote");
		ASSERT_LT(tries, 10);
	}
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=three_segment close.first=local state=TIME_WAIT closer.pid=%d",
		       getpid());
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=three_segment close.first=remote state=CLOSE closer=null");
}

/* This test will send the ACK of the host's FIN in the peer's FIN, and nothing before. */
TEST_F_TIMEOUT(close, fin_answered_by_fin, USUAL)
{
	struct peer peer;

	close(wire_established(&self->world, &peer));
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=three_segment close.first=local close.reset_by=null "
		       "state=TIME_WAIT closer.pid=%d", getpid());
}

/* This test will have the two FINs cross, so that the host goes through CLOSING. */
TEST_F_TIMEOUT(close, simultaneous, USUAL)
{
	struct peer peer;

	wire_in_closing(&self->world, &peer);
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=simultaneous close.first=both close.reset_by=null state=TIME_WAIT "
		       "@FIN_WAIT1/CLOSING=segment @CLOSING/TIME_WAIT=segment closer.pid=%d",
		       getpid());
}

/* This test will send data for two seconds in the one direction that is still open. */
TEST_F_TIMEOUT(close, half_close, USUAL)
{
	struct pair p = pair_open(variant->family);

	shutdown(p.client, SHUT_WR);
	EXPECT_EQ(0, sock_receive(p.server, 0));
	for (int i = 0; i < 2; i++) {
		sock_send(p.server, 5000, 0);
		EXPECT_EQ(5000, sock_receive(p.client, 5000));
		sleep(1);	/* what half_close_ns measures */
	}
	close(p.server);
	EXPECT_EQ(0, sock_receive(p.client, 0));
	close(p.client);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local bytes_sent=0 "
		       "bytes_received=10000 close.half_close_ns>=2000000000 state=TIME_WAIT");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote bytes_sent=10000 "
		       "bytes_received=0 close.half_close_ns>=2000000000 live=false");
}

/* This test will call shutdown() and then close(), which moves FIN_WAIT1 to itself. */
TEST_F_TIMEOUT(close, shutdown_then_close, USUAL)
{
	struct pair p = pair_open(variant->family);

	shutdown(p.client, SHUT_RDWR);
	close(p.client);
	EXPECT_EQ(0, sock_receive(p.server, 0));
	close(p.server);
	need(ledger_says(&p.s, &p.c, "live", "false"), DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.first=local close.reset_by=null state=TIME_WAIT closer.pid=%d "
		       "@FIN_WAIT1/FIN_WAIT1=never anomalies!~illegal_transition", getpid());
	EXPECT_VERDICT(p.s, p.c, 0, "close.first=remote close.reset_by=null state=CLOSE");
}

/* This test will lose a FIN, so that it is sent again. */
TEST_F_TIMEOUT(close, fin_lost, USUAL)
{
	struct pair p = pair_open(variant->family);
	char match[64];

	snprintf(match, sizeof(match), "tcp dport %u tcp flags fin", p.s.port);
	drop_start(match);
	shutdown(p.client, SHUT_WR);
	need(drop_count(), DEADLINE_MS);
	drop_control_stop(&self->world);
	EXPECT_EQ(0, sock_receive(p.server, 0));
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local close.fin_retransmits=%u "
		       "state=TIME_WAIT anomalies~fin_retransmit", self->world.space[0].dropped);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote close.fin_retransmits=0 "
		       "live=false anomalies!~fin_retransmit");
}

/* This test will send the last data and the FIN in one segment. */
TEST_F_TIMEOUT(close, data_with_fin, USUAL)
{
	struct pair p = pair_open(variant->family);
	const struct segment *fin;

	sock_send(p.client, 100, MSG_MORE);
	shutdown(p.client, SHUT_WR);
	EXPECT_EQ(100, sock_receive(p.server, 0));
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(p.server);
	fin = capture_find(&self->world.space[0].capture, &p.c, SEG_FIN | SEG_ACK, 0);
	ASSERT_NE(NULL, fin);
	EXPECT_EQ(100U, fin->len);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "close.kind=four_segment close.first=local bytes_sent=100 state=TIME_WAIT");
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.kind=four_segment close.first=remote bytes_received=100 live=false");
}

/* This test will kill the process that owns a connection. */
TEST_F_TIMEOUT(close, process_killed, USUAL)
{
	struct pair p = pair_listen(variant->family, 8);
	int status;
	pid_t pid;

	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		p.client = sock_new(variant->family);
		if (!sock_connect(p.client, variant->family, &p.s))
			pause();
		_exit(1);
	}
	p.server = sock_accept(p.listener);
	p.c = sock_remote(p.server);
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, sock_receive(p.server, 0));
	close(p.server);
	need(ledger_says(&p.c, &p.s, "state", "TIME_WAIT"), DEADLINE_MS);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "open.outcome=established close.first=local close.reset_by=null "
		       "owner.comm=%s closer.pid=%d @ESTABLISHED/FIN_WAIT1=user",
		       program_invocation_short_name, pid);
}

/* This test will close a socket whose peer acknowledges the FIN and never sends its own. */
TEST_F_TIMEOUT(close, fin_wait2_timeout, USUAL)
{
	struct peer peer;

	close(wire_established(&self->world, &peer));
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=FIN_WAIT2 live=true time_wait=null");
	need(ledger_says(&peer.host, &peer.self, "live", "false"), 90000);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "close.kind=timed_out close.first=local close.reset_by=null time_wait=null "
		       "close.half_close_ns=null @FIN_WAIT2/CLOSE=timer "
		       "residence_ns.FIN_WAIT2>=60000000000 anomalies!~illegal_transition");
}

TEST_HARNESS_MAIN
