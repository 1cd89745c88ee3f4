// SPDX-License-Identifier: GPL-2.0
/* What the stats file counts of records: at any moment it is what they say themselves. */
#include <netinet/tcp.h>
#include <unistd.h>

#include "lib/judge/counters.h"
#include "lib/test.h"
#include "lib/world/ending.h"
#include "lib/world/module.h"

#define MANY	80	/* more than a log has room for */

WORLD_FIXTURE(counters);

/* The same segment again and again, answered or not. */
static void repeat(struct peer *peer, uint8_t flags)
{
	for (int i = 0; i < MANY; i++)
		peer_send(peer, flags, 0);
	wire_drain(peer->wire);
}

static int64_t dropped(const struct peer *peer)
{
	struct ledger ledger;
	int64_t n;

	ledger_read(&ledger);
	n = record_int(ledger_find(&ledger, &peer->host, &peer->self, 0), "log_dropped");
	ledger_free(&ledger);
	return n;
}

/* SYNs, FINs and RSTs of the only connection that were captured and are in no entry. */
static int64_t not_logged(struct world *world, const struct peer *peer)
{
	struct capture *cap = &world->space[world->here].capture;
	struct ledger ledger;
	json_object *log;
	int64_t n = 0;

	capture_drain(cap);
	for (size_t i = 0; i < cap->n; i++)
		n += !!(cap->list[i].seg.flags & SEG_CONTROL);
	ledger_read(&ledger);
	log = record_at(ledger_find(&ledger, &peer->host, &peer->self, 0), "log");
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		n -= entry_is(entry, "segment") && entry_flags(entry) & SEG_CONTROL;
	}
	ledger_free(&ledger);
	return n;
}

/* This test will shoot SYNs at an open connection: what is noted and given up counts at once. */
TEST_F_TIMEOUT(counters, live, USUAL)
{
	struct peer peer, honest;

	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_RECORDS, "the log is full");
	wire_established(&self->world, &peer);
	honest = peer;
	EXPECT_EQ(0, judge_counters());
	peer_send(&peer, SEG_SYN, 0);
	peer_expect(&peer, SEG_ACK, DEADLINE_MS);
	EXPECT_VERDICT(peer.host, peer.self, 0, "live=true anomalies~challenge_ack log_dropped=0");
	EXPECT_EQ(1, ledger_stat("anomalies_challenge_ack"));
	EXPECT_EQ(0, judge_counters());
	repeat(&peer, SEG_SYN);
	EXPECT_VERDICT(peer.host, peer.self, 0, "live=true state=ESTABLISHED log_dropped>=20");
	EXPECT_EQ(dropped(&peer), ledger_stat("lost_log_entries"));
	EXPECT_EQ(0, judge_counters());
	/* Nothing is counted twice when it is over. */
	peer_send(&honest, SEG_RST | SEG_ACK, 0);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), DEADLINE_MS);
	EXPECT_EQ(1, ledger_stat("anomalies_challenge_ack"));
	EXPECT_EQ(dropped(&peer), ledger_stat("lost_log_entries"));
	EXPECT_EQ(0, judge_counters());
}

/* This test will send RSTs and FINs to a connection that is over, beyond its log's room. */
TEST_F_TIMEOUT(counters, after_the_end, USUAL)
{
	struct peer peer;
	int64_t before;

	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_RECORDS, "the log is full");
	wire_established(&self->world, &peer);
	peer_send(&peer, SEG_RST | SEG_ACK, 0);
	need(ledger_says(&peer.host, &peer.self, "live", "false"), DEADLINE_MS);
	EXPECT_EQ(0, judge_counters());
	before = dropped(&peer);
	repeat(&peer, SEG_RST);
	repeat(&peer, SEG_FIN | SEG_ACK);
	EXPECT_LT(before + MANY, dropped(&peer));
	EXPECT_EQ(not_logged(&self->world, &peer), dropped(&peer));
	EXPECT_EQ(dropped(&peer), ledger_stat("lost_log_entries"));
	EXPECT_EQ(0, judge_counters());
}

/* This test will have a timewait socket note what it absorbs. */
TEST_F_TIMEOUT(counters, time_wait, USUAL)
{
	struct peer peer;

	wire_in_time_wait(&self->world, &peer);
	EXPECT_EQ(0, judge_counters());
	peer_repeat_fin(&peer);
	EXPECT_VERDICT(peer.host, peer.self, 0, "live=true anomalies~time_wait_restarted");
	EXPECT_EQ(1, ledger_stat("anomalies_time_wait_restarted"));
	EXPECT_EQ(0, judge_counters());
	need(record_over(&peer), 70000);
	EXPECT_EQ(0, judge_counters());
}

TEST_HARNESS_MAIN
