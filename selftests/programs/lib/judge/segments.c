// SPDX-License-Identifier: GPL-2.0
/*
 * The SYNs, FINs and RSTs of the logs against those captured.
 *
 * Each logged segment takes one of the capture, in the order of both. What is
 * left of the capture in the end must be what the test's firewall dropped and
 * what the test announced as strays.
 */
#include "lib/judge/segments.h"

#include <stdio.h>
#include <string.h>

#include "lib/judge/wrong.h"
#include "lib/world/outside.h"

#define SHOWN_MAX	20	/* segments to print when the comparison fails */

static bool entry_matches(json_object *entry, const struct segment *seg)
{
	return entry_flags(entry) == seg->flags &&
	       (uint32_t)record_int(entry, "seq") == seg->seq &&
	       (uint32_t)record_int(entry, "ack") == seg->ack &&
	       (uint32_t)record_int(entry, "len") == seg->len &&
	       record_int(entry, "win") == seg->win &&
	       record_int(entry, "ttl") == seg->ttl;
}

/**
 * struct reader - where the comparison of a tuple and direction has come to
 * @capture: capture of the namespace
 * @src: sender
 * @dst: receiver
 * @out: direction as the record sees it
 * @at: next place in the capture
 */
struct reader {
	struct capture *capture;
	struct endpoint src;
	struct endpoint dst;
	bool out;
	size_t at;
};

static bool take(struct reader *reader, json_object *entry)
{
	for (; reader->at < reader->capture->n; reader->at++) {
		struct captured *frame = &reader->capture->list[reader->at];

		if (frame->out != reader->out || !endpoint_equal(&frame->seg.src, &reader->src) ||
		    !endpoint_equal(&frame->seg.dst, &reader->dst) ||
		    !entry_matches(entry, &frame->seg))
			continue;
		frame->taken = true;
		reader->at++;
		return true;
	}
	return false;
}

/* A SYN that ends a record and begins the next stands in both: it is taken once. */
static bool taken_before(struct reader *reader, json_object *entry, size_t nth)
{
	const struct captured *frame;

	if (nth || !reader->at)
		return false;
	frame = &reader->capture->list[reader->at - 1];
	return frame->taken && frame->out == reader->out && (frame->seg.flags & SEG_SYN) &&
	       entry_matches(entry, &frame->seg);
}

static int judge_log(json_object *rec, struct reader *out, struct reader *in)
{
	json_object *log = record_at(rec, "log");
	size_t nth[2] = { 0 };
	int wrong = 0;

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);
		struct reader *reader;

		if (!entry_is(entry, "segment"))
			continue;
		reader = !strcmp(record_text(entry, "dir"), "out") ? out : in;
		if (!(entry_flags(entry) & SEG_CONTROL))
			continue;
		if (!taken_before(reader, entry, nth[reader->out]++))
			wrong += wrong_if(!take(reader, entry), rec,
					  "logs a segment that was not captured there: %s",
					  json_object_to_json_string(entry));
	}
	return wrong;
}

static int judge_tuple(struct capture *capture, const struct ledger *ledger, json_object *first)
{
	struct endpoint local = record_local(first), remote = record_remote(first);
	struct reader out = { .capture = capture, .src = local, .dst = remote, .out = true };
	struct reader in = { .capture = capture, .src = remote, .dst = local };
	json_object *rec;
	int wrong = 0;

	/* The records of one tuple share its capture, the older first. */
	for (size_t nth = 0; (rec = ledger_find(ledger, &local, &remote, nth)); nth++) {
		if (!nth && rec != first)
			return 0;
		wrong += judge_log(rec, &out, &in);
	}
	return wrong;
}

/* A retransmission while the judges are at work is in no record that they have. */
static bool is_left_over(const struct world *world, const struct captured *frame, int64_t at)
{
	const struct segment *seg = &frame->seg;

	return (seg->flags & SEG_CONTROL) && !frame->taken && seg->ns <= at &&
	       !(frame->out ? outside_has(world, &seg->src, &seg->dst) :
			      outside_has(world, &seg->dst, &seg->src));
}

static int judge_left_over(const struct world *world, int64_t at)
{
	const struct space *space = &world->space[world->here];
	unsigned int left = 0, shown = 0;

	for (size_t i = 0; i < space->capture.n; i++)
		left += is_left_over(world, &space->capture.list[i], at);
	if (left == space->dropped + space->strays)
		return 0;
	say("%u captured SYNs, FINs and RSTs are in no record, %u were dropped, %u are strays:",
	    left, space->dropped, space->strays);
	for (size_t i = 0; i < space->capture.n; i++) {
		const struct captured *frame = &space->capture.list[i];

		if (is_left_over(world, frame, at) && shown++ < SHOWN_MAX)
			say("  %s %s", frame->out ? "out" : "in ", segment_text(&frame->seg));
	}
	return 1;
}

/* The options of a connection are those of the SYNs that opened it. */
static int judge_options(struct capture *capture, json_object *rec, const char *side,
			 const struct endpoint *src, const struct endpoint *dst, bool out)
{
	char isn[32], mss[32], wscale[32];
	int wrong = 0;

	snprintf(isn, sizeof(isn), "open.%s_isn", side);
	snprintf(mss, sizeof(mss), "open.%s_mss", side);
	snprintf(wscale, sizeof(wscale), "open.%s_wscale", side);
	if (record_null(rec, isn))
		return 0;
	for (size_t i = 0; i < capture->n; i++) {
		const struct segment *seg = &capture->list[i].seg;
		int64_t value;

		if (capture->list[i].out != out || !(seg->flags & SEG_SYN) ||
		    !endpoint_equal(&seg->src, src) || !endpoint_equal(&seg->dst, dst) ||
		    seg->seq != (uint32_t)record_int(rec, isn))
			continue;
		value = record_null(rec, mss) ? -1 : record_int(rec, mss);
		wrong += wrong_if(value != seg->mss, rec, "%s %lld, captured %d", mss,
				  (long long)value, seg->mss);
		value = record_null(rec, wscale) ? -1 : record_int(rec, wscale);
		wrong += wrong_if(value != seg->wscale, rec, "%s %lld, captured %d", wscale,
				  (long long)value, seg->wscale);
		return wrong;
	}
	return wrong_if(true, rec, "%s is of no captured SYN", isn);
}

/* SACK and timestamps are in use where both SYNs offered them. */
static int judge_negotiated(struct capture *capture, json_object *rec,
			    const struct endpoint *local, const struct endpoint *remote)
{
	bool sack = true, timestamps = true;
	int sides = 0;

	/* Nothing is negotiated without a SYN: repair mode needs none. */
	if (strcmp(record_text(rec, "open.outcome"), "established") ||
	    (record_null(rec, "open.syn_ns") && record_null(rec, "open.synack_ns")))
		return 0;
	for (int out = 0; out < 2; out++) {
		const char *isn = out ? "open.local_isn" : "open.remote_isn";

		for (size_t i = 0; i < capture->n; i++) {
			const struct segment *seg = &capture->list[i].seg;

			if (capture->list[i].out != out || !(seg->flags & SEG_SYN) ||
			    !endpoint_equal(&seg->src, out ? local : remote) ||
			    seg->seq != (uint32_t)record_int(rec, isn))
				continue;
			sack &= seg->sack;
			timestamps &= seg->timestamps;
			sides++;
			break;
		}
	}
	if (sides != 2)
		return wrong_if(true, rec, "is established, but lacks an initial sequence number");
	return wrong_if(strcmp(record_text(rec, "open.sack"), sack ? "true" : "false"), rec,
			"sack %s", record_text(rec, "open.sack")) +
	       wrong_if(strcmp(record_text(rec, "open.timestamps"), timestamps ? "true" : "false"),
			rec, "timestamps %s", record_text(rec, "open.timestamps"));
}

/**
 * judge_segments - compare all records of this namespace with the capture
 * @world: world
 * @ledger: the records
 * Return: how much is wrong
 */
int judge_segments(struct world *world, const struct ledger *ledger)
{
	struct space *space = &world->space[world->here];
	int wrong = 0;

	capture_drain(&space->capture);
	for (size_t i = 0; i < space->capture.n; i++)
		space->capture.list[i].taken = false;
	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		struct endpoint local = record_local(rec), remote = record_remote(rec);

		wrong += judge_tuple(&space->capture, ledger, rec);
		wrong += judge_options(&space->capture, rec, "local", &local, &remote, true);
		wrong += judge_options(&space->capture, rec, "remote", &remote, &local, false);
		wrong += judge_negotiated(&space->capture, rec, &local, &remote);
	}
	return wrong + judge_left_over(world, ledger->at);
}
