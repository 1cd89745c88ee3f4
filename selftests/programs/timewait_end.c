// SPDX-License-Identifier: GPL-2.0
/* 2MSL that ends before its time: by an RST, by ss -K, with its namespace; or never begins. */
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/judge/timewait.h"
#include "lib/ledger/records.h"
#include "lib/test.h"
#include "lib/witness/netstat.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define EXPIRY_MS	70000

WORLD_FIXTURE(timewait_end);

static void send_rst(struct peer *peer, uint32_t seq)
{
	struct segment rst = peer_segment(peer, SEG_RST, 0);

	rst.seq = seq;
	wire_send(peer->wire, &rst);
}

/* This test will kill TIME_WAIT with an RST that fits exactly, as RFC 1337 warns. */
TEST_F_TIMEOUT(timewait_end, assassinated, USUAL)
{
	struct peer peer;

	sysctl_set("ipv4/tcp_rfc1337", "0");
	wire_in_time_wait(&self->world, &peer);
	sleep(7);	/* what the residence is to be */
	send_rst(&peer, peer.seq);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false state=CLOSE time_wait.exit=reset @TIME_WAIT/CLOSE=segment "
		       "time_wait.residence_ns>=7000000000 time_wait.residence_ns<=7100000000 "
		       "time_wait.residence_exact=true time_wait.old_duplicates=0 "
		       "time_wait.restarts=0 close.kind=four_segment close.reset_by=null "
		       "close.error=null anomalies~time_wait_assassinated");
	EXPECT_JUDGED(&self->world);
	EXPECT_EQ(0, judge_histograms());
}

/* This test will try the same where the kernel is told to ignore it. */
TEST_F_TIMEOUT(timewait_end, rfc1337, USUAL)
{
	struct peer peer;

	sysctl_set("ipv4/tcp_rfc1337", "1");
	wire_in_time_wait(&self->world, &peer);
	sleep(7);	/* the RST must not restart the timer either */
	send_rst(&peer, peer.seq);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT time_wait.exit=null time_wait.old_duplicates=0 "
		       "time_wait.fin_reacks=0 time_wait.restarts=0 "
		       "anomalies!~time_wait_assassinated close.reset_by=null");
	EXPECT_JUDGED(&self->world);
	need(record_over(&peer), EXPIRY_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "time_wait.exit=expired time_wait.residence_ns<=62200000000 "
		       "anomalies!~time_wait_assassinated");
}

/* This test will send RSTs that miss by one; the kernel ignores them and answers nothing. */
TEST_F_TIMEOUT(timewait_end, rst_outside, USUAL)
{
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	send_rst(&peer, peer.seq - 1);
	send_rst(&peer, peer.seq + 1);
	EXPECT_TRUE(peer_silent(&peer, 100));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT time_wait.exit=null time_wait.old_duplicates=0 "
		       "time_wait.restarts=0 close.reset_by=null anomalies!~time_wait_assassinated");
}

/* This test will end TIME_WAIT, and FIN_WAIT2 in a timewait socket, by hand. */
TEST_F_TIMEOUT(timewait_end, killed, USUAL)
{
	struct pair p = pair_open(variant->family), q = pair_open(variant->family);
	struct peer peer;

	pair_close_orderly(&p);
	shutdown(q.client, SHUT_WR);
	need(sock_state(q.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(q.client);
	wire_in_time_wait(&self->world, &peer);
	sleep(3);	/* what the residence is to be */
	run("ss -tK state time-wait sport = :%u", p.c.port);
	run("ss -tK state fin-wait-2 sport = :%u", q.c.port);
	EXPECT_VERDICT(p.c, p.s, 0,
		       "live=false time_wait.exit=killed @TIME_WAIT/CLOSE=user "
		       "time_wait.residence_ns>=3000000000 time_wait.residence_ns<=4000000000 "
		       "time_wait.residence_exact=true close.kind=four_segment close.reset_by=null");
	EXPECT_VERDICT(q.c, q.s, 0,
		       "live=false time_wait=null @FIN_WAIT2/CLOSE=user "
		       "anomalies!~illegal_transition close.first=local");
	EXPECT_VERDICT(peer.host, peer.self, 0, "live=true state=TIME_WAIT time_wait.exit=null");
}

static void fill_space(int family, struct pair *p, int n)
{
	for (int i = 0; i < n; i++) {
		p[i] = pair_open(family);
		pair_close_orderly(&p[i]);
		close(p[i].listener);
	}
}

static bool has_moved(uint64_t inode, int64_t since, size_t n)
{
	struct records records;
	bool moved;

	records_read(&records);
	records_keep_netns(&records, inode, since);
	moved = records.n == n;
	for (size_t i = 0; i < records.n; i++)
		moved &= !(records.list[i]->flags & TCPLEDGER_REC_LIVE);
	records_free(&records);
	return moved;
}

/* This test will let a namespace die with TIME_WAIT and FIN_WAIT2 in it. */
TEST_F_TIMEOUT(timewait_end, namespace, USUAL)
{
	struct world *world = &self->world;
	struct timewait_count count;
	struct pair p[5], q;
	uint64_t inode;

	world_add_space(world);
	inode = world->space[1].inode;
	fill_space(variant->family, p, 5);
	q = pair_open(variant->family);
	shutdown(q.client, SHUT_WR);
	need(sock_state(q.client) == TCP_FIN_WAIT2, DEADLINE_MS);
	close(q.client);
	/* An open socket would keep the namespace, and an RST would end FIN_WAIT2. */
	drop_start("tcp flags rst");
	sock_reset(q.server);
	close(q.listener);
	EXPECT_EQ(0, judge_timewait(world));
	EXPECT_VERDICT(q.c, q.s, 0, "state=FIN_WAIT2 live=true");
	sleep(10);	/* what the residence is to be at least */
	world_enter(world, 0);
	world_leave_space(world, 1);

	ASSERT_EQ(0, setns(world->initial, CLONE_NEWNET));
	need(has_moved(inode, world->trace.since, 12), DEADLINE_MS);
	for (int i = 0; i < 5; i++) {
		EXPECT_VERDICT(p[i].c, p[i].s, 0,
			       "netns=%llu live=false time_wait.exit=netns "
			       "time_wait.residence_ns>=10000000000 time_wait.residence_exact=true "
			       "time_wait.residence_ns<=59000000000 close.kind=four_segment "
			       "@TIME_WAIT/CLOSE=error", (unsigned long long)inode);
	}
	EXPECT_VERDICT(q.c, q.s, 0, "live=false time_wait=null @FIN_WAIT2/CLOSE=error");
	EXPECT_EQ(0, judge_timewait_of(world, 1, inode, &count));
	EXPECT_EQ(6U, count.entries);
	EXPECT_EQ(6U, count.exits);
	EXPECT_EQ(5U, count.time_waits);
	ASSERT_EQ(0, setns(world->space[0].fd, CLONE_NEWNET));
}

/* This test will fill the table of timewait sockets, so that one endpoint has no TIME_WAIT. */
TEST_F_TIMEOUT(timewait_end, overflow, USUAL)
{
	struct pair p = pair_open(variant->family), q = pair_open(variant->family);
	struct peer peer;
	int fd;

	fd = wire_established(&self->world, &peer);
	sysctl_set("ipv4/tcp_max_tw_buckets", "1");
	pair_close_orderly(&p);
	pair_close_orderly(&q);
	EXPECT_VERDICT(p.c, p.s, 0, "state=TIME_WAIT live=true anomalies=");
	EXPECT_VERDICT(q.c, q.s, 0,
		       "state=CLOSE live=false time_wait=null close.kind=four_segment "
		       "close.first=local close.reset_by=null close.error=null "
		       "@FIN_WAIT2/CLOSE=segment anomalies~time_wait_overflow "
		       "anomalies!~illegal_transition");
	EXPECT_VERDICT(q.s, q.c, 0, "live=false time_wait=null anomalies!~time_wait_overflow");
	/* An orphan in FIN_WAIT2 finds no room either, long before TIME_WAIT would begin. */
	wire_to_fin_wait2(fd, &peer);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=CLOSE live=false time_wait=null "
		       "anomalies~time_wait_overflow anomalies!~illegal_transition");
	EXPECT_EQ(2, kernel_counter("TcpExt", "TCPTimeWaitOverflow"));
	EXPECT_EQ(2, ledger_stat("anomalies_time_wait_overflow"));
}

/* This test will do the same with FINs that cross. */
TEST_F_TIMEOUT(timewait_end, overflow_closing, USUAL)
{
	struct pair p = pair_open(variant->family);
	struct segment fin;
	struct peer peer;

	close(wire_established(&self->world, &peer));
	sysctl_set("ipv4/tcp_max_tw_buckets", "1");
	pair_close_orderly(&p);
	peer_expect(&peer, SEG_FIN | SEG_ACK, DEADLINE_MS);
	fin = peer_segment(&peer, SEG_FIN | SEG_ACK, 0);
	fin.ack--;
	wire_send(&self->world.wire, &fin);
	peer.seq++;
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	peer_send(&peer, SEG_ACK, 0);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=CLOSE live=false time_wait=null close.kind=simultaneous "
		       "@CLOSING/CLOSE=segment anomalies~time_wait_overflow "
		       "anomalies!~illegal_transition");
	EXPECT_EQ(1, kernel_counter("TcpExt", "TCPTimeWaitOverflow"));
}

TEST_HARNESS_MAIN
