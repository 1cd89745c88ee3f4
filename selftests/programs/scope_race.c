// SPDX-License-Identifier: GPL-2.0
/*
 * The filter and net.tcpledger.enabled change as fast as they can, while connections come
 * and go on all CPUs. Each connection then has one record or none, and a record tells
 * whether it saw the beginning.
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/judge/memory.h"
#include "lib/ledger/records.h"
#include "lib/test.h"
#include "lib/world/load.h"
#include "lib/world/module.h"

#define ROUNDS		times(300, 20000)	/* changes of both, each waits for RCU */
#define CLIENTS		2
#define FILTER		LEDGER_PROC "/filter"

static struct load load;

/* No world: what is refused has no record, and nobody could say which connections those are. */
FIXTURE(scope_race) {
};

FIXTURE_VARIANT(scope_race) {
	int family;
};

FIXTURE_VARIANT_ADD(scope_race, ipv4) { .family = AF_INET };
FIXTURE_VARIANT_ADD(scope_race, ipv6) { .family = AF_INET6 };

FIXTURE_SETUP(scope_race)
{
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	link_up("lo");
	memset(&load, 0, sizeof(load));
	load.family = variant->family;
}

FIXTURE_TEARDOWN(scope_race)
{
}

static void put(const char *path, const char *text)
{
	if (!write_text(path, text))
		die("%s", path);
}

/* Refuse all, take all, in two ways; and two ports of three, so that some are taken. */
static void *change(void *arg)
{
	static const char *const filters[] = {
		"1\n6 0 0 0\n", "1\n6 0 0 262144\n", "\n",
		/* The lowest bit of the source port, IPv4 and IPv6. */
		"9\n48 0 0 0\n84 0 0 240\n21 0 2 96\n48 0 0 41\n5 0 0 2\n177 0 0 0\n"
		"80 0 0 1\n84 0 0 1\n22 0 0 0\n",
	};

	for (unsigned int i = 0; i < ROUNDS; i++) {
		put(FILTER, filters[i % 4]);
		put("/proc/sys/net/tcpledger/enabled", i % 3 ? "1" : "0");
	}
	put(FILTER, "\n");
	put("/proc/sys/net/tcpledger/enabled", "1");
	load.stop = true;
	return NULL;
}

static bool ss_empty(void)
{
	char *text = run_output("ss -Htan state connected");
	bool empty = !*text;

	free(text);
	return empty;
}

/* A record that says it is whole has its SYN first, and all that closed it. */
static int judge_whole(const struct tcpledger_record *rec)
{
	const struct tcpledger_entry *log = records_log(rec);
	bool syn = false, fin_or_rst = false;

	for (size_t i = 0; i < rec->log_n; i++) {
		if (log[i].type != TCPLEDGER_ENTRY_IN && log[i].type != TCPLEDGER_ENTRY_OUT)
			continue;
		if (!syn && !(log[i].flags & SEG_SYN))
			break;
		syn = true;
		fin_or_rst |= log[i].flags & (SEG_FIN | SEG_RST);
	}
	if (syn && fin_or_rst && rec->outcome == TCPLEDGER_OUTCOME_ESTABLISHED &&
	    (rec->role == TCPLEDGER_ROLE_ACTIVE || rec->role == TCPLEDGER_ROLE_PASSIVE))
		return 0;
	say("record %llu is not partial, but not whole: role %u, outcome %u, SYN %d, end %d",
	    (unsigned long long)rec->id, rec->role, rec->outcome, syn, fin_or_rst);
	return 1;
}

static int judge_all(size_t *whole, size_t *partial)
{
	struct records records;
	int wrong = 0;

	records_read(&records);
	for (size_t i = 0; i < records.n; i++) {
		const struct tcpledger_record *rec = records.list[i];

		if (rec->flags & TCPLEDGER_REC_LIVE) {
			say("record %llu lives on in state %u", (unsigned long long)rec->id,
			    rec->state);
			wrong++;
		} else if (rec->flags & TCPLEDGER_REC_PARTIAL) {
			++*partial;
		} else {
			++*whole;
			wrong += judge_whole(rec);
		}
	}
	records_free(&records);
	return wrong;
}

/* This test will change what is recorded while connections come and go. */
TEST_F_TIMEOUT(scope_race, change, 3000)
{
	size_t whole = 0, partial = 0;
	pthread_t thread[CLIENTS + 1];
	int64_t counted;
	int n = 0;

	/* Real time: nobody waits for the end of TIME_WAIT. */
	sysctl_set("ipv4/tcp_max_tw_buckets", "0");
	while (n < CLIENTS)
		thread[n++] = load_start(&load, load_connections);
	thread[n++] = load_start(&load, change);
	load_wait(thread, n);
	need(ss_empty(), DEADLINE_MS);
	need(!ledger_stat("records_live"), DEADLINE_MS);
	EXPECT_EQ(0, judge_all(&whole, &partial));
	counted = ledger_stat("filtered") + ledger_stat("disabled");
	say("%u connections: %zu whole records, %zu partial; %lld ends were refused",
	    load.connections, whole, partial, (long long)counted);
	EXPECT_LT(0, whole);
	EXPECT_LT(0, counted);
	/* No end is lost: it has a record, perhaps one that was evicted, or it was counted. */
	EXPECT_GE(ledger_stat("records_created") + counted, 2 * load.connections);
	EXPECT_EQ(0, judge_balance());
	EXPECT_EQ(0, judge_memory());
	EXPECT_EQ(0, kernel_taint());
}

TEST_HARNESS_MAIN
