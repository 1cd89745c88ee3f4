// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger follow: events as they happen, or as they were recorded.
 */
#include "commands/follow.h"

#include <stdlib.h>

#include "base/fail.h"
#include "base/interrupt.h"
#include "base/output.h"
#include "commands/options.h"
#include "commands/rows.h"
#include "present/print/event_line.h"
#include "present/print/json_event.h"
#include "read/events.h"
#include "read/replay.h"

/**
 * struct follow - what was followed so far
 * @options: what is asked for
 * @filtered: there is something to filter by
 * @events: where events come from
 * @replay: the records they are about
 * @header: time of the reading, for the filter
 * @look: how lines look
 * @shown: events that were printed
 * @left_out: events that the filter did not want
 * @filtered_before: events that were filtered when they were recorded
 */
struct follow {
	const struct options	*options;
	bool			filtered;
	struct events		events;
	struct replay		replay;
	struct tcpledger_header	header;
	struct event_look	look;
	uint64_t		shown;
	uint64_t		left_out;
	uint64_t		filtered_before;
};

/* A connection that was wanted once is followed to its end. */
static bool is_wanted(struct follow *follow, const struct frame *frame, struct replay_record *r)
{
	if (!follow->filtered || !(frame->flags & TCPLEDGER_FRAME_NUMBERED))
		return true;
	if (r && !r->wanted)
		r->wanted = filter_match(&follow->options->filter, &r->record, &follow->header);
	if (r && r->wanted)
		return true;
	follow->left_out++;
	return false;
}

static bool is_of_netns(const struct follow *follow, const struct frame *frame,
			const struct replay_record *r)
{
	const struct source *source = &follow->options->source;

	return !source->chosen || !(frame->flags & TCPLEDGER_FRAME_NUMBERED) ||
	       (r ? r->record.fixed.netns : frame->netns) == source->inode;
}

/* A new epoch of the same namespace is news; a fresh snapshot in a file is not. */
static bool is_repeated(const struct follow *follow, const struct frame *frame)
{
	return frame->type == TCPLEDGER_FRAME_START && !follow->replay.new_epoch;
}

static void show(struct follow *follow, const struct frame *frame, struct replay_record *r)
{
	bool shown;

	if (follow->replay.old || is_repeated(follow, frame) || !is_of_netns(follow, frame, r) ||
	    !is_wanted(follow, frame, r))
		return;
	if (follow->options->json)
		shown = json_event(frame, r);
	else
		shown = event_line(&follow->look, frame, r);
	follow->shown += shown && frame->flags & TCPLEDGER_FRAME_NUMBERED;
}

static void take(struct follow *follow, const struct frame *frame)
{
	struct replay_record *r;

	if (frame->type == TCPLEDGER_FRAME_RECORD) {
		replay_feed(&follow->replay, frame);
		return;
	}
	if (frame->type == TCPLEDGER_FRAME_GONE) {	/* before it is forgotten */
		r = replay_find(&follow->replay, frame->netns, frame->id);
		show(follow, frame, r);
		replay_feed(&follow->replay, frame);
		return;
	}
	r = replay_feed(&follow->replay, frame);
	if (frame->type == TCPLEDGER_FRAME_FILTERED)
		follow->filtered_before += frame->count;
	if (frame->type == TCPLEDGER_FRAME_START)
		replay_header(&follow->replay, &follow->header);
	show(follow, frame, r);
}

static void summarize(const struct follow *follow)
{
	uint64_t lost = follow->events.lost + follow->events.missing;

	output_flush();
	fail_summary("%llu events shown, %llu lost, %llu filtered",
		     (unsigned long long)follow->shown, (unsigned long long)lost,
		     (unsigned long long)(follow->left_out + follow->filtered_before));
}

static int end_of_live(const struct follow *follow)
{
	const char *path = follow->events.stream.input.path;

	if (!follow->events.live)
		return FAIL_NONE;
	output_flush();
	return fail_read(path, "load it and follow again", "the module was unloaded");
}

static int read_all(struct follow *follow)
{
	struct events *events = &follow->events;
	const struct frame *frame;

	while (!interrupt_came()) {
		switch (events_next(events, &frame)) {
		case STREAM_FRAME:
			take(follow, frame);
			break;
		case STREAM_WAIT:
			output_flush();
			if (!interrupt_wait(events->stream.input.fd, true, -1))
				exit(FAIL_NONE);
			break;
		case STREAM_ENDED:
			return end_of_live(follow);
		default:
			return FAIL_WORK;
		}
	}
	return FAIL_NONE;
}

static enum event_clock clock_of(const struct options *options)
{
	if (options->clock == OPTIONS_CLOCK_RELATIVE)
		return EVENT_CLOCK_RELATIVE;
	return options->clock == OPTIONS_CLOCK_WALL ? EVENT_CLOCK_WALL : EVENT_CLOCK_DAY;
}

/**
 * command_follow - tcpledger follow
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_follow(const struct options *options)
{
	struct follow follow = {
		.options = options,
		.filtered = filter_any(&options->filter),
		.look = { .clock = clock_of(options), .colour = output_colour() },
	};
	int status;

	if (options->rows)
		return command_rows(options);
	if (options->join_key || options->with_sequence)
		return fail_usage("--join-key and --with-sequence go with --rows");
	status = events_open(&follow.events, &options->source, !options->json);
	if (!status) {
		follow.events.without_logs = !options->json;
		follow.replay.keep_logs = options->json && !follow.events.live;
		interrupt_catch();
		status = read_all(&follow);
		summarize(&follow);
	}
	replay_free(&follow.replay);
	events_close(&follow.events);
	return status;
}
