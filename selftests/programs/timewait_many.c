// SPDX-License-Identifier: GPL-2.0
/*
 * Thousands of sockets in TIME_WAIT: none lost, none twice, and none costs while it waits.
 *
 * TCPLEDGER_WAITING=N in the environment for another number of sockets than the usual.
 */
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/histograms.h"
#include "lib/judge/timewait.h"
#include "lib/ledger/records.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define MANY		times(6000, 20000)
#define MANY_SLOW	1000	/* on a kernel that is slow */
#define SOME		(slow_kernel() ? 300 : 3000)
#define LISTENER_TAKES	20000	/* connections, so that its ports are never short */
#define IDLE_S		30	/* of the 60 that the sockets wait */
#define EXPIRY_MS	70000

WORLD_FIXTURE(timewait_many);

/* Close the older end of a connection, then the other. */
static void run_through(struct pair *p)
{
	pair_connect(p);
	close(p->client);
	close(p->server);
}

/* Load the module with room for both records of so many connections. */
static void load_for(size_t n)
{
	char text[128];

	snprintf(text, sizeof(text), "max_connections=%zu history=%zu max_total=%zu",
		 2 * n + 8192, 2 * n + 4096, 4 * n + 16384);
	module_load(text);
}

/*
 * Bring up sockets in TIME_WAIT. The capture of the namespace would hold each
 * segment of them, and is not asked for them.
 */
static void fill(struct world *world, size_t n)
{
	struct pair p = { .listener = -1 };

	capture_only(&world->space[0].capture, "sit0");
	sysctl_set("ipv4/tcp_max_tw_buckets", "1000000");
	sysctl_set("ipv4/ip_local_port_range", "1024 65000");
	/* On loopback a port would be taken again a second later, while others are free. */
	sysctl_set("ipv4/tcp_tw_reuse", "0");
	for (size_t i = 0; i < n; i++) {
		if (i % LISTENER_TAKES == 0) {
			close(p.listener);
			p = pair_listen(world->family, 64);
		}
		run_through(&p);
	}
	close(p.listener);
}

static int waiting(void)
{
	const char *given = getenv("TCPLEDGER_WAITING");

	return given ? atoi(given) : slow_kernel() ? MANY_SLOW : (int)MANY;
}

static int kernel_time_waits(void)
{
	char *text = read_all("/proc/net/sockstat"), *at = strstr(text, " tw ");
	int n;

	if (!at)
		die("sockstat");
	n = atoi(at + 4);
	free(text);
	return n;
}

/*
 * Instructions: in virtual time the clock counts them, and the idle time is known to the ns,
 * up to 6.12. Later kernels tell it in hundredths of a second, which is more than what all
 * sockets together may take. Return: -1 then
 */
static int64_t idle_ns(void)
{
	char *text = read_all("/proc/timer_list"), *at = strstr(text, ".idle_sleeptime");
	int64_t ns = -1;

	if (at) {
		at = strchr(at, ':');
		if (!at)
			die("idle time in /proc/timer_list");
		ns = atoll(at + 1);
	} else if (!strstr(text, ".idle_sleeps")) {
		die("/proc/timer_list tells nothing of idle CPUs");
	}
	free(text);
	return ns;
}

/* What the CPU does while nothing happens but that sockets wait. */
static int64_t busy_while_idle(unsigned int seconds)
{
	int64_t idle, began;

	usleep(100000);	/* let what was started end */
	idle = idle_ns();
	began = now_ns();
	sleep(seconds);
	return now_ns() - began - (idle_ns() - idle);
}

/* The records of sockets: in TIME_WAIT now, or ended so. */
static void count_records(size_t *live, size_t *expired)
{
	struct records records;

	records_read(&records);
	*live = *expired = 0;
	for (size_t i = 0; i < records.n; i++) {
		const struct tcpledger_record *rec = records.list[i];

		if (!(rec->flags & TCPLEDGER_REC_TIME_WAIT))
			continue;
		*live += rec->tw_exit == TCPLEDGER_EXIT_LASTS;
		*expired += rec->tw_exit == TCPLEDGER_EXIT_EXPIRED;
	}
	records_free(&records);
}

static int check_counts(size_t live, size_t expired)
{
	size_t l, e;

	count_records(&l, &e);
	if (l == live && e == expired && (size_t)ledger_stat("records_time_wait") == live)
		return 0;
	say("%zu records in TIME_WAIT and %zu expired, not %zu and %zu", l, e, live, expired);
	return 1;
}

/* This test will measure what sockets in TIME_WAIT cost while they wait, and see each one end. */
TEST_F_TIMEOUT(timewait_many, idle, 1000)
{
	struct world *world = &self->world;
	struct timewait_count count;
	int many = waiting();
	int64_t none, all;

	if (variant->family == AF_INET6)
		SKIP(return, "once is enough");
	world_unjudged(world, JUDGE_ALL, "nothing is captured, and each record compared with each");
	module_unload();
	load_for(many);
	trace_timewait_only(many);
	none = busy_while_idle(IDLE_S);
	fill(world, many);
	ASSERT_EQ(many, kernel_time_waits());
	EXPECT_EQ(many, ledger_stat("records_time_wait"));
	all = busy_while_idle(IDLE_S);
	ASSERT_EQ(many, kernel_time_waits());
	say("%d virtual seconds without sockets: %lld instructions; with %d in TIME_WAIT: %lld",
	    IDLE_S, (long long)none, many, (long long)all);
	/*
	 * Less than one instruction for each socket and second is none for each. Where the
	 * kernel checks itself, KCSAN's pauses are what is measured.
	 */
	if (idle_ns() < 0)
		say("this kernel does not tell how long it was idle: what they cost is not judged");
	else if (!slow_kernel())
		EXPECT_LT(all - none, many * IDLE_S);
	EXPECT_EQ(0, check_counts(many, 0));

	need(!kernel_time_waits(), EXPIRY_MS);
	EXPECT_EQ(0, check_counts(0, many));
	EXPECT_EQ(many, ledger_stat("time_wait_exits_expired"));
	EXPECT_EQ(0, ledger_stat("missed_timewait"));
	EXPECT_EQ(0, ledger_stat("missed_probes"));
	EXPECT_EQ(0, judge_timewait_of(world, 0, world->space[0].inode, &count));
	EXPECT_EQ((size_t)many, count.entries);
	EXPECT_EQ((size_t)many, count.time_waits);
	EXPECT_EQ((size_t)many, count.exits);
	EXPECT_EQ(0U, count.restarts);
	EXPECT_EQ(0, judge_histograms());
}

/* This test will unload the module while thousands wait, and load it again: they are adopted. */
TEST_F_TIMEOUT(timewait_many, unload, 1000)
{
	struct world *world = &self->world;
	struct timewait_count count;

	world_unjudged(world, JUDGE_ALL, "nothing is captured, and each record compared with each");
	module_unload();
	load_for(2 * SOME);
	trace_timewait_only(SOME);
	fill(world, SOME);
	EXPECT_EQ(0, check_counts(SOME, 0));
	module_unload();
	ASSERT_EQ(SOME, kernel_time_waits());
	load_for(2 * SOME);
	EXPECT_EQ(SOME, ledger_stat("adopted_records"));
	EXPECT_EQ(0, check_counts(SOME, 0));
	need(!kernel_time_waits(), EXPIRY_MS);
	EXPECT_EQ(0, check_counts(0, SOME));
	EXPECT_EQ(0, judge_timewait_of(world, 0, world->space[0].inode, &count));
	EXPECT_EQ((size_t)SOME, count.exits);
	/* Of these nobody knows how long they were there: nothing was measured. */
	EXPECT_EQ(0, judge_histograms());

	/* And with nobody there to see them end. */
	fill(world, SOME);
	module_unload();
	need(!kernel_time_waits(), EXPIRY_MS);
	load_for(2 * SOME);
	EXPECT_EQ(0, check_counts(0, 0));
}

TEST_HARNESS_MAIN
