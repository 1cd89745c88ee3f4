// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/ends.h"

#include "lib/judge/judge.h"
#include "lib/world/module.h"
#include "lib/world/router.h"

/* What is forwarded is of no record, and no stray segment either: TCP never has it. */
static int judge_router(struct world *world)
{
	struct space *space = &world->space[ROUTER];
	int wrong = 0;

	world_enter(world, ROUTER);
	capture_drain(&space->capture);
	space->strays = 0;
	for (size_t i = 0; i < space->capture.n; i++)
		space->strays += !!(space->capture.list[i].seg.flags & SEG_CONTROL);
	if (records_all() || ledger_stat("segments_in") || ledger_stat("segments_out")) {
		say("the router has %d records, looked at %lld segments in and %lld out",
		    records_all(), (long long)ledger_stat("segments_in"),
		    (long long)ledger_stat("segments_out"));
		wrong++;
	}
	if (!space->strays) {
		say("nothing went by the router");
		wrong++;
	}
	return wrong;
}

/**
 * judge_ends - judge both ends, and that the router between them has nothing to tell
 * @world: world with a router; the test goes on in LEFT
 * Return: how much is wrong; reported
 */
int judge_ends(struct world *world)
{
	int wrong = judge_router(world);

	for (int i = RIGHT; i >= LEFT; i--) {
		world_enter(world, i);
		wrong += judge(world);
	}
	return wrong;
}
