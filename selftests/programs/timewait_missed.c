// SPDX-License-Identifier: GPL-2.0
/* 2MSL where the kernel's kprobes are switched off behind the module's back, or from the start. */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/judge/ss.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define KPROBES		"/sys/kernel/debug/kprobes/enabled"
#define FOUND_MS	90000	/* 2MSL, and until somebody has looked */
#define S		1000000000LL
#define OWN_PORT	5100

WORLD_FIXTURE(timewait_missed);

static void arm(bool on)
{
	if (!write_text(KPROBES, on ? "1" : "0"))
		die(KPROBES);
}

/* The trace of timewait sockets needs kprobes too, and accept() is seen by one. */
static void no_probes(struct world *world)
{
	world_unjudged(world, JUDGE_STATES | JUDGE_TIMEWAIT | JUDGE_VALUES, "kprobes are off");
}

/* What a test that dies must not leave behind. */
static void __attribute__((destructor)) rearm(void)
{
	write_text(KPROBES, "1");
}

static bool in_kernel(const struct peer *peer)
{
	static struct ss ss;

	ss_read(&ss);
	return ss_find(&ss, &peer->host, &peer->self);
}

/* Whether the stats file says how the end of a timewait socket is seen at this moment. */
static bool method_is(const char *name)
{
	char *text = run_output("sed -n 's/^method_inet_twsk_kill //p' " LEDGER_PROC "/stats");
	bool is = !strncmp(text, name, strlen(name)) && text[strlen(name)] == '\n';

	if (!is)
		say("not %s: %s", name, text);
	free(text);
	return is;
}

/* How often the module has said at its load that it is told of no end of a timewait socket. */
static int said_at_load(void)
{
	char *text = run_output("dmesg | grep -c '; less exact: .*(inet_twsk_kill)' || :");
	int n = atoi(text);

	free(text);
	return n;
}

/* The record of a connection that ended while nobody was told of it. */
#define BOUND								\
	"live=false close.kind=four_segment time_wait.residence_exact=false "	\
	"time_wait.residence_ns>=50000000000 time_wait.residence_ns<=80000000000 "	\
	"@TIME_WAIT/CLOSE=timer time_wait.exit=expired"

/* This test will switch the probes off while a socket is in TIME_WAIT. */
TEST_F_TIMEOUT(timewait_missed, exit_missed, 300)
{
	struct peer peer;

	no_probes(&self->world);
	wire_in_time_wait(&self->world, &peer);
	EXPECT_TRUE(method_is("kprobe"));
	arm(false);
	EXPECT_TRUE(method_is("poll"));
	need(!in_kernel(&peer), 70000);
	need(record_over(&peer), FOUND_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, BOUND);
	EXPECT_EQ(1, ledger_stat("missed_timewait"));
	EXPECT_EQ(0, ledger_stat("records_time_wait"));
	/* Not measured, so in no histogram. */
	EXPECT_EQ(0, judge_histograms());
	arm(true);
}

/* This test will have them off from before the FINs. */
TEST_F_TIMEOUT(timewait_missed, both_missed, 300)
{
	struct pair p = pair_open(variant->family);
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	no_probes(&self->world);
	arm(false);
	pair_close_orderly(&p);
	wire_to_time_wait(fd, &peer);
	EXPECT_VERDICT(p.c, p.s, 0, "state=TIME_WAIT live=true time_wait.residence_exact=false "
		       "time_wait.exit=null close.kind=four_segment");
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=TIME_WAIT live=true "
		       "time_wait.residence_exact=false time_wait.exit=null");
	/* One of the loopback's client; FIN_WAIT2 and TIME_WAIT of the other. */
	EXPECT_EQ(3, ledger_stat("missed_timewait"));
	need(!in_kernel(&peer), 70000);
	need(record_over(&peer), FOUND_MS);
	need(ledger_says(&p.c, &p.s, "live", "false"), FOUND_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, BOUND);
	EXPECT_VERDICT(p.c, p.s, 0, BOUND);
	EXPECT_EQ(0, judge_histograms());
	arm(true);
}

/* This test will load the module when they are off already, which it must say. */
TEST_F_TIMEOUT(timewait_missed, off_from_the_start, 300)
{
	struct peer peer;
	int said = said_at_load();

	no_probes(&self->world);
	module_unload();
	module_load("");
	EXPECT_EQ(said, said_at_load());
	module_unload();
	arm(false);
	module_load("");
	EXPECT_EQ(said + 1, said_at_load());
	EXPECT_TRUE(method_is("poll"));
	wire_in_time_wait(&self->world, &peer);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=TIME_WAIT live=true "
		       "time_wait.residence_exact=false");
	need(record_over(&peer), 70000 + FOUND_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, BOUND);
	/* Both states, and the end. */
	EXPECT_EQ(3, ledger_stat("missed_timewait"));
	arm(true);
	/* From now on everything is seen again. */
	EXPECT_TRUE(method_is("kprobe"));
}

/* This test will have FIN_WAIT2 end in a timewait socket that nobody sees end. */
TEST_F_TIMEOUT(timewait_missed, fin_wait2, 300)
{
	struct peer peer;
	int fd = wire_established(&self->world, &peer);

	no_probes(&self->world);
	arm(false);
	sysctl_set("ipv4/tcp_fin_timeout", "20");
	wire_to_fin_wait2(fd, &peer);
	EXPECT_VERDICT(peer.host, peer.self, 0, "state=FIN_WAIT2 live=true time_wait=null");
	need(!in_kernel(&peer), 70000);
	need(record_over(&peer), FOUND_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false close.kind=timed_out time_wait=null @FIN_WAIT2/CLOSE=timer");
	arm(true);
}

/* This test will restart the timer unseen: the record must not end before the socket does. */
TEST_F_TIMEOUT(timewait_missed, restart_missed, 400)
{
	struct peer peer;

	no_probes(&self->world);
	wire_in_time_wait(&self->world, &peer);
	arm(false);
	sleep(50);	/* the timer has 10 s left */
	peer_repeat_fin(&peer);
	sleep(40);	/* and would have run, had it not begun anew */
	ASSERT_TRUE(in_kernel(&peer));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "state=TIME_WAIT live=true time_wait.fin_reacks=1 time_wait.exit=null");
	need(!in_kernel(&peer), 70000);
	need(record_over(&peer), FOUND_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false time_wait.exit=expired time_wait.residence_exact=false "
		       "time_wait.residence_ns>=%lld", 105 * S);
	arm(true);
}

/* This test will open the tuple anew unseen: the two connections must not become one. */
TEST_F_TIMEOUT(timewait_missed, reopened, 300)
{
	struct peer peer;
	int listener, fd;

	no_probes(&self->world);
	listener = wire_listen(&self->world, 8);
	peer = peer_at(&self->world.wire, FAR_PORT, WIRE_PORT);
	fd = wire_serve(listener, &peer);
	arm(false);
	wire_to_time_wait(fd, &peer);
	peer.seq += 100000;
	peer_open_connection(&peer);
	fd = sock_accept(listener);
	EXPECT_EQ(2, records_of(&peer.host, &peer.self));
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false time_wait.exit=reused time_wait.residence_exact=false");
	EXPECT_VERDICT(peer.host, peer.self, 1, "live=true state=ESTABLISHED open.role=passive");
	arm(true);
}

/* This test will kill TIME_WAIT by an RST unseen: the log has the RST, nobody saw what it did. */
TEST_F_TIMEOUT(timewait_missed, reset, 300)
{
	struct peer peer;

	no_probes(&self->world);
	wire_in_time_wait(&self->world, &peer);
	arm(false);
	peer_send(&peer, SEG_RST, 0);
	ASSERT_FALSE(in_kernel(&peer));
	need(record_over(&peer), 2 * FOUND_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0,
		       "live=false time_wait.exit=reset time_wait.residence_exact=false");
	EXPECT_EQ(1, ledger_stat("missed_timewait"));
	arm(true);
}

/* This test will reuse the tuple by connect() unseen. */
TEST_F_TIMEOUT(timewait_missed, reused, 300)
{
	struct pair p = pair_listen(variant->family, 8);

	no_probes(&self->world);
	p.c = loopback(variant->family);
	p.c.port = OWN_PORT;
	p.client = sock_bound(variant->family, &p.c);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.server = sock_accept(p.listener);
	arm(false);
	pair_close_orderly(&p);
	p.client = sock_bound(variant->family, &p.c);
	ASSERT_EQ(0, sock_connect(p.client, variant->family, &p.s));
	p.server = sock_accept(p.listener);
	EXPECT_EQ(2, records_of(&p.c, &p.s));
	EXPECT_VERDICT(p.c, p.s, 0,
		       "live=false time_wait.exit=reused time_wait.residence_exact=false");
	EXPECT_VERDICT(p.c, p.s, 1, "live=true state=ESTABLISHED open.role=active");
	EXPECT_VERDICT(p.s, p.c, 1, "live=true state=ESTABLISHED open.role=passive");
	arm(true);
}

TEST_HARNESS_MAIN
