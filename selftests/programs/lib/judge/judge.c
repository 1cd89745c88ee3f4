// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/judge.h"

#include <stdio.h>

#include "lib/judge/accepted.h"
#include "lib/judge/acks.h"
#include "lib/judge/evidence.h"
#include "lib/judge/export.h"
#include "lib/judge/invariants.h"
#include "lib/judge/memory.h"
#include "lib/judge/segments.h"
#include "lib/judge/states.h"
#include "lib/judge/table.h"
#include "lib/judge/text.h"
#include "lib/judge/timewait.h"
#include "lib/judge/values.h"
#include "lib/judge/where.h"
#include "lib/judge/wrong.h"

static int judge_invariants_of_all(const struct world *world, const struct ledger *ledger)
{
	int wrong = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		int bad = judge_invariants(ledger, rec);

		bad += wrong_if((uint64_t)record_int(rec, "netns") !=
				world->space[world->here].inode,
				rec, "netns %s", record_text(rec, "netns"));
		if (bad)
			say("%s", json_object_to_json_string_ext(rec,
						JSON_C_TO_STRING_NOSLASHESCAPE));
		wrong += bad;
	}
	return wrong;
}

/**
 * judge - judge all records of the namespace the test is in
 * @world: world; what its @unjudged names is left out
 * Return: how much is wrong; each is reported
 *
 * To be called when nothing moves: the witnesses are read one after the other.
 */
int judge(struct world *world)
{
	const unsigned int parts = JUDGE_ALL & ~world->unjudged;
	struct evidence e;
	int wrong = 0;

	evidence_read(&e, parts & JUDGE_EXPORT);
	if (parts & JUDGE_RECORDS)
		wrong += judge_invariants_of_all(world, &e.ledger);
	if (parts & JUDGE_STATES)
		wrong += judge_states(world, &e.ledger);
	if (parts & JUDGE_TABLE)
		wrong += judge_table(world, &e.ledger);
	if (parts & JUDGE_TIMEWAIT)
		wrong += judge_timewait(world);
	if (parts & JUDGE_SEGMENTS)
		wrong += judge_segments(world, &e.ledger);
	/*
	 * It needs the marks that judge_segments() leaves in the capture, and libpcap
	 * takes no file that has no packet.
	 */
	if (parts & JUDGE_SEGMENTS && parts & JUDGE_EXPORT && e.ledger.n)
		wrong += judge_export(world);
	if (parts & JUDGE_ACKS)
		wrong += judge_acks(world, &e);
	if (parts & JUDGE_TEXT)
		wrong += judge_text(&e) +
			 judge_where(&e.ledger, world->space[world->here].inode);
	if (parts & JUDGE_VALUES)
		wrong += judge_values(world, &e);
	if (parts & JUDGE_ACCEPTED)
		wrong += judge_accepted(world, &e.ledger);
	if (parts & JUDGE_MEMORY)
		wrong += judge_memory();
	evidence_free(&e);
	return wrong;
}

/**
 * judge_world - judge all namespaces of a test that has ended
 * @world: world
 * Return: how much is wrong; each is reported
 */
int judge_world(struct world *world)
{
	int wrong = 0;

	/* The module itself may be gone. */
	if (world->unjudged == JUDGE_ALL)
		return 0;
	for (int i = 0; i < world->n; i++) {
		world_enter(world, i);
		wrong += judge(world);
	}
	return wrong;
}

/**
 * world_unjudged - leave out parts of judge(), from now on
 * @world: world
 * @parts: JUDGE_*
 * @why: what the test does that the judges cannot know; goes into its output
 */
void world_unjudged(struct world *world, unsigned int parts, const char *why)
{
	static const char *const names[] = {
		"records", "states", "table", "timewait", "segments", "export", "acks",
		"text", "values", "accepted", "memory",
	};
	char text[128];
	int n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (parts & 1U << i)
			n += snprintf(text + n, sizeof(text) - n, "%s%s", n ? ", " : "", names[i]);
	say("not judged: %s: %s", parts == JUDGE_ALL ? "anything" : text, why);
	world->unjudged |= parts;
}
