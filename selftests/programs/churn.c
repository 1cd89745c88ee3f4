// SPDX-License-Identifier: GPL-2.0
/*
 * Namespaces that come and go with connections in them, readers that read as no
 * program does, one tuple used again and again, floods, and all of it at once, on
 * two CPUs.
 */
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "lib/test.h"
#include "lib/world/load.h"
#include "lib/world/load_readers.h"
#include "lib/world/module.h"

#define SPACES		times(40, 2000)
#define READINGS	times(200, 2000)	/* of each reader */
#define FLOOD		times(1500, 50000)	/* SYNs, RSTs and FINs while all goes on, each */
#define SPACE_THREADS	2
#define READERS		2
#define GONE_MS		900000	/* namespaces die one after the other */

static struct load load;

FIXTURE(churn) {
	int initial;
};

FIXTURE_SETUP(churn)
{
	self->initial = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->initial);
	module_reload(LOAD_LIMITS);
	memset(&load, 0, sizeof(load));
	load.family = AF_INET;
	load.spaces_wanted = SPACES;
	load.readings_wanted = READINGS;
	load.flood_wanted = FLOOD;
}

FIXTURE_TEARDOWN(churn)
{
}

/* Records of dead namespaces that the initial one got: what it did not make itself. */
static int64_t inherited(void)
{
	static const char *const gone[] = {
		"evicted_history", "evicted_failed", "evicted_embryonic", "evicted_tuple",
		"evicted_inherited",
	};
	int64_t n = ledger_stat("records_total") - ledger_stat("records_created");

	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		n += ledger_stat(gone[i]);
	return n;
}

/* This test will make and leave namespaces from two threads while the initial one is read. */
TEST_F_TIMEOUT(churn, namespaces, 3000)
{
	pthread_t worker[SPACE_THREADS + 1];
	unsigned int then;
	int n = 0;

	ASSERT_EQ(0, setns(self->initial, CLONE_NEWNET));
	need(!inherited() || ledger_stat("records_total"), DEADLINE_MS);
	then = inherited();
	while (n < SPACE_THREADS)
		worker[n++] = load_start(&load, load_spaces);
	worker[n++] = load_start(&load, load_readers);
	load_wait(worker, n);
	EXPECT_EQ(SPACES, load.spaces);
	/* Two records of each, no more and no less. */
	need(inherited() - then >= 2 * SPACES, GONE_MS);
	EXPECT_EQ(2 * SPACES, inherited() - then);
	EXPECT_GE(LOAD_MOST, ledger_stat("records_total"));
	EXPECT_EQ(0, load.wrong);
	EXPECT_EQ(0, ledger_stat("not_kept_memory") + ledger_stat("not_kept_total"));
}

/* This test will read in random pieces, from two threads, while connections come and go. */
TEST_F_TIMEOUT(churn, readers, 3000)
{
	pthread_t reader[READERS], traffic;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	traffic = load_start(&load, load_connections);
	for (int i = 0; i < READERS; i++)
		reader[i] = load_start(&load, load_readers);
	load_wait(reader, READERS);
	load.stop = true;
	load_wait(&traffic, 1);
	EXPECT_EQ(0, load.wrong);
	EXPECT_EQ(2 * load.connections, ledger_stat("records_created"));
	EXPECT_EQ(2 * load.connections, ledger_stat("opens_established") +
		  ledger_stat("records_live"));
	EXPECT_EQ(0, judge_balance());
	say("%u connections, %u readings", load.connections, load.readings);
}

/* This test will do all that at once. */
TEST_F_TIMEOUT(churn, all_at_once, 3000)
{
	pthread_t worker[READERS + SPACE_THREADS + 1], traffic[2];
	unsigned int connections;
	int64_t shed;
	int n = 0;

	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	load_flood_begin(&load);
	traffic[0] = load_start(&load, load_connections);
	traffic[1] = load_start(&load, load_one_tuple);
	while (n < READERS)
		worker[n++] = load_start(&load, load_readers);
	while (n < READERS + SPACE_THREADS)
		worker[n++] = load_start(&load, load_spaces);
	worker[n++] = load_start(&load, load_flood);
	load_wait(worker, n);
	load.stop = true;
	load_wait(traffic, 2);
	EXPECT_EQ(0, load.wrong);
	EXPECT_EQ(SPACES, load.spaces);
	EXPECT_GE(LOAD_MOST, ledger_stat("records_total"));
	EXPECT_EQ(0, ledger_stat("not_kept_memory") + ledger_stat("not_kept_total") +
		  ledger_stat("not_kept_full"));
	connections = load.connections + load.reused;
	/* What was shed of the flood has no record; a connection that was, has one all the same. */
	shed = ledger_stat("shed");
	EXPECT_GE(2 * connections + FLOOD + 1, ledger_stat("records_created"));
	EXPECT_LE(2 * connections + FLOOD + 1, ledger_stat("records_created") + shed);
	EXPECT_GE(FLOOD, ledger_stat("opens_refused"));
	EXPECT_LE(FLOOD, ledger_stat("opens_refused") + shed);
	/* Each RST, each FIN, and the RST that answers it; and the answer to what was shed. */
	EXPECT_LE(3 * FLOOD, ledger_stat("stray_segments"));
	EXPECT_GE(3 * FLOOD + shed, ledger_stat("stray_segments"));
	/* Its log is full. */
	EXPECT_EQ(0, load_flood_judge(&load, "open.outcome=established partial=false "
				      "log_dropped>=1 anomalies~blind_reset "
				      "anomalies~challenge_ack"));
	EXPECT_EQ(0, judge_balance());
	say("%u connections, %u of them on one tuple, %u namespaces, %u readings, %u SYNs, "
	    "RSTs and FINs each", connections, load.reused, load.spaces, load.readings, FLOOD);
}

TEST_HARNESS_MAIN
