// SPDX-License-Identifier: GPL-2.0
/*
 * The states of a record against those the kernel traced.
 *
 * Each life in the trace is translated into what a log must say of it, and belongs to
 * one record. A request socket (SYN_RECV without a child) is in no trace; its record has
 * no life, but must have a SYN/ACK in the capture.
 */
#include "lib/judge/states.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/cause.h"
#include "lib/judge/lives.h"
#include "lib/judge/wrong.h"
#include "lib/world/module.h"
#include "lib/world/outside.h"

/* Both witnesses are called at one tracepoint; in real time something may come between. */
#define TOLERANCE_NS	(slow_kernel() || get_nprocs() > 1 ? 1000000000 : 1000000)

static bool same_life(const struct world *world, const struct life *life,
		      const struct endpoint *local, const struct endpoint *remote)
{
	bool unbound = !life->local.port && life->step[0].to == TCP_SYN_SENT;

	return life->sk && !life->matched && life->remote.port &&
	       (!world->same_tuples || life->where == world->here) &&
	       endpoint_equal(&life->remote, remote) &&
	       (unbound || endpoint_equal(&life->local, local));
}

static struct life *next_life(const struct world *world, struct lives *lives,
			      const struct endpoint *local, const struct endpoint *remote)
{
	for (size_t i = 0; i < lives->n; i++)
		if (same_life(world, &lives->list[i], local, remote))
			return &lives->list[i];
	return NULL;
}

static void report(json_object *rec, const struct life *life)
{
	json_object *log = record_at(rec, "log");

	for (int i = 0; i < life->n; i++)
		say("  traced: %s -> %s", state_name(life->step[i].from),
		    state_name(life->step[i].to));
	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "state"))
			say("  logged: %s -> %s at %s ns", record_text(entry, "from"),
			    record_text(entry, "to"), record_text(entry, "t_ns"));
	}
}

/*
 * The log's times have an origin of their own: the first state that both
 * witnesses saw at one moment gives it. LISTEN -> SYN_RECV has the SYN's time.
 */
static int compare_step(json_object *rec, json_object *entry, const struct life_step *step,
			int64_t *origin)
{
	int64_t ns = step->ev->ns - record_int(entry, "t_ns");
	int wrong = 0;

	wrong += wrong_if(strcmp(record_text(entry, "from"), state_name(step->from)) ||
			  strcmp(record_text(entry, "to"), state_name(step->to)),
			  rec, "logs %s -> %s where the kernel went %s -> %s",
			  record_text(entry, "from"), record_text(entry, "to"),
			  state_name(step->from), state_name(step->to));
	wrong += judge_cause_traced(rec, entry, step->ev);
	if (step->from == TCP_LISTEN)
		return wrong;
	if (!*origin)
		*origin = ns;
	wrong += wrong_if(llabs(ns - *origin) > TOLERANCE_NS, rec,
			  "has %s -> %s %lld ns away from the kernel's time",
			  record_text(entry, "from"), record_text(entry, "to"),
			  (long long)(*origin - ns));
	return wrong;
}

static int compare_life(json_object *rec, const struct life *life)
{
	json_object *log = record_at(rec, "log");
	int64_t origin = 0;
	int n = 0, wrong = 0;

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "state") && n++ < life->n)
			wrong += compare_step(rec, entry, &life->step[n - 1], &origin);
	}
	wrong += wrong_if(n != life->n, rec, "logs %d states, the kernel had %d", n, life->n);
	if (wrong)
		report(rec, life);
	return wrong;
}

/* States that a record has: 0 none, 1 those of a request socket only, 2 others. */
static int states_kind(json_object *rec)
{
	json_object *log = record_at(rec, "log");
	int kind = 0;

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);
		const char *from, *to;

		if (!entry_is(entry, "state"))
			continue;
		from = record_text(entry, "from");
		to = record_text(entry, "to");
		if (!(!strcmp(from, "LISTEN") && !strcmp(to, "SYN_RECV")) &&
		    !(!strcmp(from, "SYN_RECV") && !strcmp(to, "CLOSE")))
			return 2;
		kind = 1;
	}
	return kind;
}

/* A child that has not come further than its request socket did, or has died there. */
static bool is_failed_child(const struct life *life)
{
	return life && life->step[0].from == TCP_LISTEN &&
	       (life->n == 1 || life->step[1].to == TCP_CLOSE);
}

/*
 * Whether a socket must have a record: all have that got so far as a SYN. One
 * that listens has no peer. judge_timewait() tells of those whose end alone was traced.
 */
static bool wants_record(const struct world *world, const struct life *life)
{
	return life->sk && !life->matched && life->where == world->here && life->remote.port &&
	       life->step[0].to != TCP_LISTEN && !is_failed_child(life) &&
	       !outside_has(world, &life->local, &life->remote);
}

/* What the ledger evicted or had no room for, it says. */
static int64_t not_kept(void)
{
	static const char *const names[] = {
		"evicted_history", "evicted_failed", "evicted_embryonic", "evicted_tuple",
		"evicted_inherited", "not_kept_full", "not_kept_total", "not_kept_memory",
		"lost_pending",
	};
	int64_t n = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		n += ledger_stat(names[i]);
	return n;
}

static int judge_unknown(const struct world *world, const struct lives *lives)
{
	const struct life *shown = NULL;
	int64_t unknown = 0;

	for (size_t i = 0; i < lives->n; i++) {
		if (!wants_record(world, &lives->list[i]))
			continue;
		unknown++;
		shown = &lives->list[i];
	}
	if (unknown <= not_kept())
		return 0;
	say("the kernel traced %lld sockets without a record, e.g. port %u to port %u: %s -> %s",
	    (long long)unknown, shown->local.port, shown->remote.port,
	    state_name(shown->step[0].from), state_name(shown->step[0].to));
	return 1;
}

/* A request socket answers its SYN, and its record ends in SYN_RECV -> CLOSE. */
static int judge_request(struct world *world, json_object *rec)
{
	struct endpoint local = record_local(rec);
	struct capture *capture = &world->space[world->here].capture;

	return wrong_if(!capture_count(capture, &local, SEG_SYN | SEG_ACK), rec,
			"was in SYN_RECV, but no SYN/ACK was captured");
}

/**
 * judge_states - compare all records of this namespace with the trace
 * @world: world
 * @ledger: the records
 * Return: how much is wrong
 */
int judge_states(struct world *world, const struct ledger *ledger)
{
	struct lives lives;
	int wrong = 0;

	trace_drain(&world->trace);
	lives_read(&lives, &world->trace);
	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		struct endpoint local = record_local(rec), remote = record_remote(rec);
		struct life *life = next_life(world, &lives, &local, &remote);
		int kind = states_kind(rec);

		if (kind == 1 && !is_failed_child(life)) {
			wrong += judge_request(world, rec);
			continue;
		}
		/* A SYN never answered changed no state; a life left over is seen below. */
		if (!kind)
			continue;
		if (!life) {
			wrong += wrong_if(true, rec, "has states, but the kernel traced none");
			continue;
		}
		life->matched = true;
		wrong += compare_life(rec, life);
	}
	for (size_t i = 0; i < ledger->n; i++) {
		struct endpoint local = record_local(ledger->records[i]);
		struct endpoint remote = record_remote(ledger->records[i]);

		wrong += wrong_if(next_life(world, &lives, &local, &remote), ledger->records[i],
				  "the kernel traced another socket with its tuple");
	}
	wrong += judge_unknown(world, &lives);
	lives_free(&lives);
	return wrong;
}
