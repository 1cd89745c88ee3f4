// SPDX-License-Identifier: GPL-2.0
/*
 * An event as JSON: what it is, its number, and which record it is about with the keys
 * that a record has; then what it tells, again with the keys of a record or of an entry.
 */
#include "present/print/json_event.h"

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "present/print/json_log.h"
#include "present/print/json_record.h"
#include "present/print/json_writer.h"
#include "read/frame.h"
#include "read/moment.h"
#include "read/replay.h"

#define LISTED(name, text)	text,

static const char *const names[] = { TCPLEDGER_FRAMES(LISTED) };

static struct text *begin(const struct frame *frame)
{
	struct text *json = json_line_begin();

	json_word(json, "event", names[frame->type]);
	json_unsigned(json, "number", frame->seq);
	return json;
}

static void add_record(struct text *json, const struct frame *frame,
		       const struct replay_record *r)
{
	const struct tcpledger_record *fixed = r ? &r->record.fixed : NULL;
	bool ipv6 = fixed && fixed->flags & TCPLEDGER_REC_IPV6;

	json_unsigned(json, "id", frame->id);
	json_unsigned(json, "netns", frame->netns);
	if (!fixed) {
		json_null(json, "local");
		json_null(json, "lport");
		json_null(json, "remote");
		json_null(json, "rport");
		return;
	}
	json_address(json, "local", fixed->local, ipv6);
	json_unsigned(json, "lport", fixed->lport);
	json_address(json, "remote", fixed->remote, ipv6);
	json_unsigned(json, "rport", fixed->rport);
}

static void add_moment(struct text *json, const struct replay_record *r, int64_t t_ns)
{
	int64_t moment = -1;

	if (r && !moment_after(r->record.fixed.opened_at, t_ns, &moment))
		moment = -1;
	json_moment(json, "at", moment);
}

static void add_entry(const struct frame *frame, const struct replay_record *r)
{
	struct text *json = begin(frame);

	add_moment(json, r, frame->entry.t_ns);
	add_record(json, frame, r);
	json_log_entry(json, frame->n, &frame->entry);
	json_line_end(json);
}

static void add_count(const struct frame *frame)
{
	struct text *json = begin(frame);

	json_unsigned(json, "first", frame->first);
	json_unsigned(json, "count", frame->count);
	json_word(json, "why", frame->bytes ? "slow_reader" : "not_there");
	json_line_end(json);
}

/* A recorded file may tell its log elsewhere: then it is in the record put together. */
static void add_whole(const struct frame *frame, const struct replay_record *r)
{
	struct text *json = begin(frame);
	bool other = frame->without_log && r && (r->record.log || !r->record.fixed.log_n);

	json_record_members(json, other ? &r->record : &frame->record);
	json_line_end(json);
}

static void add_gone(const struct frame *frame)
{
	struct text *json = begin(frame);

	json_unsigned(json, "id", frame->id);
	json_unsigned(json, "netns", frame->netns);
	json_line_end(json);
}

static void add_start(const struct frame *frame)
{
	const struct tcpledger_frame_start *start = &frame->start;
	struct text *json = begin(frame);

	json_moment(json, "at", start->realtime_ns);
	json_unsigned(json, "netns", start->netns);
	json_unsigned(json, "epoch", start->epoch);
	json_foreign(json, "host", start->host);
	json_line_end(json);
}

/**
 * json_event - print an event
 * @frame: the event
 * @r: the record that it is about, NULL if it is not known
 *
 * Return: false if it is nothing to print.
 */
bool json_event(const struct frame *frame, const struct replay_record *r)
{
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		add_start(frame);
		return true;
	case TCPLEDGER_FRAME_ENTRY:
	case TCPLEDGER_FRAME_AMEND:
		add_entry(frame, r);
		return true;
	case TCPLEDGER_FRAME_OPEN:
	case TCPLEDGER_FRAME_END:
		add_whole(frame, r);
		return true;
	case TCPLEDGER_FRAME_GONE:
		add_gone(frame);
		return true;
	case TCPLEDGER_FRAME_LOST:
		add_count(frame);
		return true;
	case TCPLEDGER_FRAME_STOP:
		json_line_end(begin(frame));
		return true;
	default:
		return false;
	}
}
