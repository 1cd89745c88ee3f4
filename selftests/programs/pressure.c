// SPDX-License-Identifier: GPL-2.0
/*
 * When the kernel is short of memory the ledger gives history back, and the blocks that
 * it has in stock. The kernel's allocator tells how many blocks there are.
 */
#include "lib/judge/memory.h"
#include "lib/peer/flood.h"
#include "lib/test.h"
#include "lib/world/module.h"

#define ENDED		150	/* connections that are over, two records each */
#define LIVE		4	/* connections */
#define KEPT_BLOCKS	1024	/* that the module keeps at hand for new records */
#define CPU_BLOCKS	64	/* more of them, on each CPU; and what a log took */

WORLD_FIXTURE(pressure);

#define ASKED		100	/* times: the ledger gives an eighth of what it has each time */

/* The kernel asks all its caches to give back what they can, until they have. */
static void ask_for_memory(void)
{
	for (int i = 0; i < ASKED; i++)
		if (!write_text("/proc/sys/vm/drop_caches", "2"))
			die("drop_caches");
}

static void make_records(int family, struct pair *live, int ended)
{
	struct pair listening = pair_listen(family, 64);

	for (int i = 0; i < LIVE; i++) {
		live[i] = listening;
		pair_connect(&live[i]);
	}
	for (int i = 0; i < ended; i++)
		connect_and_reset(&listening);
}

static int judge_live(const struct pair *live)
{
	int wrong = 0;

	for (int i = 0; i < LIVE; i++)
		wrong += verdict(&live[i].c, &live[i].s, 0, "live=true partial=false") +
			 verdict(&live[i].s, &live[i].c, 0, "live=true partial=false");
	return wrong;
}

/* This test will have the kernel drop its caches: ended records go, live ones stay. */
TEST_F_TIMEOUT(pressure, drop, USUAL)
{
	struct pair live[LIVE];
	int64_t blocks, bytes;

	world_unjudged(&self->world, JUDGE_CAPTURE | JUDGE_STATES,
		       "what was given back is captured, and in no record");
	module_reload("max_connections=2048 history=1024");
	make_records(variant->family, live, ENDED);
	EXPECT_EQ(2 * ENDED, ledger_stat("records_history"));
	EXPECT_EQ(0, ledger_stat("evicted_pressure"));
	blocks = memory_objects();
	bytes = ledger_stat("memory_bytes");
	EXPECT_EQ(0, judge_memory());
	ask_for_memory();
	EXPECT_EQ(0, ledger_stat("records_history"));
	EXPECT_EQ(2 * LIVE, ledger_stat("records_total"));
	EXPECT_EQ(2 * ENDED, ledger_stat("evicted_pressure"));
	EXPECT_EQ(2 * ENDED, ledger_stat("evicted_history"));
	EXPECT_EQ(0, judge_live(live));
	EXPECT_EQ(0, judge_balance());
	EXPECT_EQ(0, judge_memory());
	EXPECT_GE(KEPT_BLOCKS + CPU_BLOCKS + 4 * LIVE, memory_objects());
	EXPECT_LE((blocks - memory_objects()) * MODULE_BLOCK, bytes - ledger_stat("memory_bytes"));
	/* And records are made as before. */
	make_records(variant->family, live, ENDED);
	EXPECT_EQ(2 * ENDED, ledger_stat("records_history"));
	EXPECT_EQ(0, judge_live(live));
	ask_for_memory();
	EXPECT_EQ(4 * ENDED, ledger_stat("evicted_pressure"));
}

/* This test will do so with records in two namespaces: each gives its own. */
TEST_F_TIMEOUT(pressure, namespaces, USUAL)
{
	struct world *world = &self->world;
	struct pair live[2][LIVE];

	world_unjudged(world, JUDGE_CAPTURE | JUDGE_STATES,
		       "what was given back is captured, and in no record");
	world_add_space(world);
	make_records(variant->family, live[1], ENDED);
	world_enter(world, 0);
	make_records(variant->family, live[0], ENDED / 10);
	ask_for_memory();
	for (int i = 0; i < 2; i++) {
		world_enter(world, i);
		EXPECT_EQ(0, ledger_stat("records_history"));
		EXPECT_EQ(i ? 2 * ENDED : 2 * (ENDED / 10), ledger_stat("evicted_pressure"));
		EXPECT_EQ(0, judge_live(live[i]));
		EXPECT_EQ(0, judge_balance());
	}
}

TEST_HARNESS_MAIN
