// SPDX-License-Identifier: GPL-2.0
/* 2MSL: how it begins, what restarts its timer, and that it ends by itself. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/test.h"
#include "lib/world/ending.h"

#define DATA	100

WORLD_FIXTURE(timewait);

/* Until the timer has run: 60 s, up to 2.1 s for the wheel, and what a look costs. */
#define EXPIRY_MS	70000

/* This test will close two connections and let 2MSL pass, one of them with both ends here. */
TEST_F_TIMEOUT(timewait, expired, USUAL)
{
	struct pair p = pair_open(variant->family);
	struct peer peer;

	pair_close_orderly(&p);
	wire_in_time_wait(&self->world, &peer);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "state=TIME_WAIT time_wait.nominal_ns=60000000000 time_wait.exit=null "
		       "time_wait.residence_ns=null time_wait.residence_exact=true "
		       "time_wait.remaining_ns>=50000000000 time_wait.remaining_ns<=60000000000 "
		       "@FIN_WAIT2/TIME_WAIT=segment anomalies=");
	EXPECT_JUDGED(&self->world);
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(p.s, p.c, 0, "time_wait=null live=false");
	EXPECT_VERDICT(p.c, p.s, 0,
		       "time_wait.exit=expired @TIME_WAIT/CLOSE=timer time_wait.remaining_ns=null "
		       "time_wait.restarts=0 time_wait.fin_reacks=0 time_wait.old_duplicates=0 "
		       "time_wait.residence_ns>=60000000000 time_wait.residence_ns<=62200000000");
	EXPECT_VERDICT(peer.host, peer.self, 0, "time_wait.exit=expired time_wait.restarts=0 "
		       "time_wait.residence_ns>=60000000000 @FIN_WAIT2/TIME_WAIT=segment");
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* This test will send a FIN again: late, and twice within one slot of the timer wheel. */
TEST_F_TIMEOUT(timewait, fin_again, USUAL)
{
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	sleep(20);	/* so that what remains shows the restart */
	EXPECT_VERDICT(peer.host, peer.self, 0, "time_wait.remaining_ns<=40100000000");
	peer_repeat_fin(&peer);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.restarts=1 time_wait.fin_reacks=1 time_wait.old_duplicates=0 "
		       "time_wait.remaining_ns>=50000000000 time_wait.exit=null state=TIME_WAIT "
		       "anomalies~time_wait_restarted close.fin_retransmits=0");
	peer_repeat_fin(&peer);
	peer_repeat_fin(&peer);
	EXPECT_JUDGED(&self->world);
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.restarts=3 time_wait.fin_reacks=3 time_wait.old_duplicates=0 "
		       "time_wait.exit=expired time_wait.residence_ns>=80000000000 "
		       "time_wait.residence_exact=true");
	EXPECT_EQ(1, records_of(&peer.host, &peer.self));
}

/* This test will send a FIN again that is damaged, then an old ACK: only that is answered. */
TEST_F_TIMEOUT(timewait, fin_damaged, USUAL)
{
	struct segment fin, old;
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	fin = peer_fin_again(&peer);
	fin.bad_checksum = true;
	wire_send(&self->world.wire, &fin);
	EXPECT_TRUE(peer_silent(&peer, 100));
	old = peer_segment(&peer, SEG_ACK, 0);
	old.seq--;
	wire_send(&self->world.wire, &old);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.restarts=1 time_wait.fin_reacks=0 time_wait.old_duplicates=1 "
		       "anomalies~bad_checksum state=TIME_WAIT");
}

/* This test will lose the last ACK twice, so that a real peer sends its FIN again. */
TEST_F_TIMEOUT(timewait, last_ack_lost, USUAL)
{
	struct pair p = pair_open(variant->family);
	struct capture *capture = &self->world.space[0].capture;
	char match[64];
	int fins;

	shutdown(p.client, SHUT_WR);
	need(sock_state(p.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	EXPECT_EQ(0, sock_receive(p.server, 0));
	snprintf(match, sizeof(match), "tcp dport %u tcp flags == ack", p.s.port);
	drop_start(match);
	close(p.server);
	need(drop_count() >= 2, DEADLINE_MS);
	drop_stop();
	need(ledger_says(&p.s, &p.c, "live", "false"), DEADLINE_MS);
	fins = capture_count(capture, &p.s, SEG_FIN | SEG_ACK);
	EXPECT_LE(2, fins);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "state=TIME_WAIT time_wait.restarts=%d time_wait.fin_reacks=%d "
		       "time_wait.old_duplicates=0 close.kind=four_segment "
		       "anomalies~time_wait_restarted", fins - 1, fins - 1);
	EXPECT_VERDICT(p.s, p.c, 0,
		       "close.fin_retransmits=%d close.kind=four_segment anomalies~fin_retransmit "
		       "residence_ns.LAST_ACK>=100000000 time_wait=null", fins - 1);
	close(p.client);
}

/* A peer in TIME_WAIT that has sent some data before its FIN. */
static void time_wait_after_data(struct world *world, struct peer *peer)
{
	int fd = wire_established(world, peer);

	peer_send(peer, SEG_PSH | SEG_ACK, DATA);
	if (sock_receive(fd, DATA) != DATA)
		die("data did not come");
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
	wire_to_fin_wait2(fd, peer);
	peer_send(peer, SEG_FIN | SEG_ACK, 0);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
}

/* This test will let a segment of data come a second time. */
TEST_F_TIMEOUT(timewait, old_data, USUAL)
{
	struct segment old;
	struct peer peer;

	time_wait_after_data(&self->world, &peer);
	sleep(5);	/* in the network */
	old = peer_segment(&peer, SEG_PSH | SEG_ACK, DATA);
	old.seq -= DATA + 1;
	wire_send(&self->world.wire, &old);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.old_duplicates=1 time_wait.fin_reacks=0 time_wait.restarts=1 "
		       "state=TIME_WAIT time_wait.exit=null bytes_received=%d", DATA);
	EXPECT_JUDGED(&self->world);
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, "time_wait.residence_ns>=65000000000");
}

/* This test will let a SYN/ACK come a second time. */
TEST_F_TIMEOUT(timewait, old_synack, USUAL)
{
	struct segment old;
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	old = peer_segment(&peer, SEG_SYN | SEG_ACK, 0);
	old.seq -= 2;
	old.ack--;
	wire_send(&self->world.wire, &old);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.old_duplicates=1 time_wait.fin_reacks=0 time_wait.restarts=1 "
		       "state=TIME_WAIT open.synack_retransmits=1");
}

/* This test will send what fits exactly and says nothing: an ACK, which no one answers. */
TEST_F_TIMEOUT(timewait, bare_ack, USUAL)
{
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	sleep(10);	/* so that the restart shows */
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_TRUE(peer_silent(&peer, 100));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.restarts=1 time_wait.old_duplicates=1 time_wait.fin_reacks=0 "
		       "time_wait.remaining_ns>=55000000000 anomalies~time_wait_restarted");
}

/* This test will send old ACKs so fast that only the first is answered; each restarts the timer. */
TEST_F_TIMEOUT(timewait, rate_limit, USUAL)
{
	struct segment old;
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	old = peer_segment(&peer, SEG_ACK, 0);
	old.seq--;
	for (int i = 0; i < 3; i++)
		wire_send(&self->world.wire, &old);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_TRUE(peer_silent(&peer, 100));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.restarts=3 time_wait.old_duplicates=3 time_wait.fin_reacks=0");
}

/* This test will repeat a FIN more often than the log has room for. */
TEST_F_TIMEOUT(timewait, many_restarts, USUAL)
{
	struct peer peer;

	world_unjudged(&self->world, JUDGE_RECORDS | JUDGE_SEGMENTS | JUDGE_EXPORT,
		       "the log is full, and gives up what was captured");
	wire_in_time_wait(&self->world, &peer);
	for (int i = 0; i < 60; i++)
		peer_repeat_fin(&peer);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.restarts=60 time_wait.fin_reacks=60 time_wait.old_duplicates=0 "
		       "log_dropped>=1 @FIN_WAIT2/TIME_WAIT=segment");
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.exit=expired @TIME_WAIT/CLOSE=timer time_wait.restarts=60");
}

/* This test will let FINs cross, so that TIME_WAIT follows CLOSING, and repeat the peer's FIN. */
TEST_F_TIMEOUT(timewait, after_closing, USUAL)
{
	struct peer peer;

	wire_in_closing(&self->world, &peer);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=CLOSING time_wait=null");
	sleep(3);	/* what CLOSING is to last */
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT close.kind=simultaneous close.first=both "
		       "@CLOSING/TIME_WAIT=segment residence_ns.CLOSING>=3000000000 "
		       "time_wait.restarts=0 time_wait.old_duplicates=0");
	peer_skip(&peer);
	peer_repeat_fin(&peer);
	EXPECT_VERDICT(peer.host, peer.self, 0, "time_wait.restarts=1 time_wait.fin_reacks=1");
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.exit=expired close.kind=simultaneous time_wait.residence_exact=true");
}

TEST_HARNESS_MAIN
