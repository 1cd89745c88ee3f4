// SPDX-License-Identifier: GPL-2.0
/*
 * The worker that looks for what ends without an event runs while there may be such a
 * record, and sleeps else. The kernel's own trace of its workqueues is the judge.
 */
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define LEFT_TRIES	30	/* of 5 s */
#define INSTANCE	"/sys/kernel/tracing/instances/tcpledger_worker"
#define SECOND_US	1000000
#define BUSY_NS		10000000	/* longer than a tick of any kernel: its timers run */
#define TIMER_MS	70000	/* 2MSL, and what the kernel's timer wheel adds */

WORLD_FIXTURE(worker);

static void trace_works(void)
{
	if (mkdir(INSTANCE, 0700) ||
	    !write_text(INSTANCE "/events/workqueue/workqueue_execute_start/enable", "1"))
		die("trace of the workqueues");
}

static void trace_works_end(void)
{
	write_text(INSTANCE "/events/enable", "0");
	if (rmdir(INSTANCE))
		die("rmdir " INSTANCE);
}

/* How often the worker ran since it was last asked. */
static int runs(void)
{
	char *text = read_all(INSTANCE "/trace");
	int n = 0, fd;

	for (const char *at = text; (at = strstr(at, "function look_at_all [tcpledger]")); at++)
		n++;
	free(text);
	fd = open(INSTANCE "/trace", O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (fd < 0)
		die("empty the trace");
	close(fd);
	return n;
}

/* Seconds in which the CPU is never idle for long: the worker does not wake it. */
static void pass(int seconds)
{
	for (int i = 0; i < 5 * seconds; i++) {
		int64_t until = now_ns() + BUSY_NS;

		while (now_ns() < until)
			;
		usleep(SECOND_US / 5 - BUSY_NS / 1000);
	}
}

/* This test will watch the worker with nothing, a half-open connection, and again nothing to do. */
TEST_F_TIMEOUT(worker, sleeps, 600)
{
	struct world *world = &self->world;
	struct pair p = pair_open(variant->family);
	struct peer peer;
	int n;

	wire_listen(world, 8);
	pair_close_orderly(&p);
	need(!ledger_stat("records_live"), TIMER_MS);
	trace_works();
	/* What earlier tests left in other namespaces may live on for 2MSL. */
	for (int i = 0; i < LEFT_TRIES; i++) {
		pass(5);
		if (!runs())
			break;
	}
	pass(60);
	EXPECT_EQ(0, runs());
	EXPECT_EQ(2, ledger_stat("records_history"));

	peer = peer_at(&world->wire, FAR_PORT, WIRE_PORT);
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	pass(20);
	n = runs();
	say("%d runs in 20 s", n);
	EXPECT_LE(16, n);
	EXPECT_GE(22, n);
	peer_send(&peer, SEG_RST, 0);
	pass(5);
	EXPECT_EQ(0, ledger_stat("records_live"));
	runs();
	pass(60);
	EXPECT_EQ(0, runs());
	trace_works_end();
	EXPECT_VERDICT(peer.host, peer.self, 0, "open.outcome=reset live=false");
}

/* This test will leave a SYN unanswered in a host that does nothing else: it ends in time. */
TEST_F_TIMEOUT(worker, wakes, 600)
{
	struct world *world = &self->world;
	struct peer peer[3];
	int listener;

	listener = wire_listen(world, 0);
	sysctl_set("ipv4/tcp_syncookies", "0");
	for (int i = 0; i < 3; i++) {
		peer[i] = peer_at(&world->wire, FAR_PORT + i, WIRE_PORT);
		if (i < 1)
			peer_open_connection(&peer[i]);
		else
			peer_send(&peer[i], SEG_SYN, 0);
	}
	/* The queue holds one connection: the SYN is dropped without a word. */
	EXPECT_VERDICT(peer[2].host, peer[2].self, 0, "state=CLOSE live=true");
	sleep(70);
	EXPECT_VERDICT(peer[2].host, peer[2].self, 0,
		       "open.outcome=dropped live=false duration_ns>=60000000000 "
		       "duration_ns<=63000000000 anomalies~accept_queue_full");
	close(listener);
}

TEST_HARNESS_MAIN
