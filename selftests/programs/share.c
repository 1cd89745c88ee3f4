// SPDX-License-Identifier: GPL-2.0
/* What all namespaces share, and what the initial one keeps of it whatever the others take. */
#include <sched.h>

#include "lib/test.h"
#include "lib/world/kept.h"
#include "lib/world/module.h"

WORLD_FIXTURE(share);

/* Fill the namespace the test is in with live connections, until one is not kept. */
static int64_t fill_space(int family)
{
	struct pair listening = pair_listen(family, 64);

	while (!ledger_stat("not_kept_total") && !ledger_stat("not_kept_full"))
		connect_to(&listening);
	return ledger_stat("records_total");
}

/*
 * Two namespaces that take all they can get, then as many connections in the initial
 * one as it is promised. Return: how much is wrong; reported
 */
static int judge_share(struct world *world, const char *parameters, int64_t others,
		       unsigned int pairs)
{
	struct pair listening, own[32];
	int wrong = 0;
	int64_t n;

	world_unjudged(world, JUDGE_ALL & ~(JUDGE_TEXT | JUDGE_MEMORY),
		       "some connections have no record, though they are open");
	wait_for_the_dead(world);
	module_reload(parameters);
	world_enter(world, 0);
	n = fill_space(world->family);
	world_add_space(world);
	n += fill_space(world->family);
	if (n != others) {
		say("%s: other namespaces hold %lld records", parameters, (long long)n);
		wrong++;
	}
	if (setns(world->initial, CLONE_NEWNET))
		die("initial namespace");
	link_up("lo");
	listening = pair_listen(world->family, 64);
	for (unsigned int i = 0; i < pairs; i++)
		own[i] = connect_to(&listening);
	wrong += judge_cut(own, pairs, 0);
	wrong += ledger_stat("not_kept_total") || ledger_stat("evicted_history");
	for (unsigned int i = 0; i < pairs; i++)
		sock_reset(own[i].client);
	world_enter(world, 0);
	return wrong;
}

/* This test will have other namespaces take all of max_total that they can. */
TEST_F_TIMEOUT(share, whole, USUAL + ORPHANS_S)
{
	EXPECT_EQ(0, judge_share(&self->world, "max_connections=64 history=32 max_total=128",
				 64, 32));
}

/* This test will do the same where max_total is no more than one namespace may hold. */
TEST_F_TIMEOUT(share, half, USUAL + ORPHANS_S)
{
	EXPECT_EQ(0, judge_share(&self->world, "max_connections=64 history=32 max_total=64",
				 32, 16));
}

/* Close connections whose FIN never comes: it is sent until each has a long log. */
static void close_in_vain(int family, unsigned int n)
{
	struct pair listening = pair_listen(family, 64), p;
	int64_t live = ledger_stat("records_live");

	drop_start("tcp flags fin");
	for (unsigned int i = 0; i < n; i++) {
		p = connect_to(&listening);
		close(p.client);
	}
	need(ledger_stat("records_live") == live + n, ORPHANS_S * 1000);
	drop_stop();
}

/* This test will have another namespace fill more logs than it may have second halves for. */
TEST_F_TIMEOUT(share, long_logs, USUAL + 3 * ORPHANS_S)
{
	struct world *world = &self->world;

	world_unjudged(world, JUDGE_ALL & ~(JUDGE_TEXT | JUDGE_MEMORY),
		       "the logs of some connections end early");
	wait_for_the_dead(world);
	module_reload("max_connections=256 history=128 max_total=512");
	world_enter(world, 0);
	close_in_vain(variant->family, 32);
	EXPECT_EQ(0, ledger_stat("lost_log_entries"));
	close_in_vain(variant->family, 1);
	EXPECT_LT(0, ledger_stat("lost_log_entries"));
	if (setns(world->initial, CLONE_NEWNET))
		die("initial namespace");
	link_up("lo");
	close_in_vain(variant->family, 32);
	EXPECT_EQ(0, ledger_stat("lost_log_entries"));
	world_enter(world, 0);
}

TEST_HARNESS_MAIN
