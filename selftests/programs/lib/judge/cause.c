// SPDX-License-Identifier: GPL-2.0
/*
 * Why a connection changed its state, and by which segment, as the kernel's own
 * stack tells at that moment.
 */
#include "lib/judge/cause.h"

#include <netinet/tcp.h>
#include <string.h>

#include "lib/judge/wrong.h"
#include "lib/witness/netstat.h"

static const char *cause_of(const struct trace_event *ev)
{
	switch (ev->by) {
	case BY_CALL:
	case BY_CONNECT:
	case BY_ABORT:
		return "user";
	case BY_TIMER:
		return "timer";
	case BY_ICMP:
	case BY_NETNS:
		return "error";
	case BY_SEGMENT:
	case BY_TPROXY:
		return "segment";
	default:
		/* Only a segment sets the timer of a socket that comes to TIME_WAIT. */
		return ev->kind == TRACE_TW_SCHEDULE ? "segment" : "?";
	}
}

static bool sent_syn(json_object *rec)
{
	json_object *log = record_at(rec, "log");

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "segment") && entry_flags(entry) & SEG_SYN &&
		    !strcmp(record_text(entry, "dir"), "out"))
			return true;
	}
	return false;
}

/* What fails in a call, or while a segment is processed, is the fault of neither. */
static bool failed(json_object *rec, const struct trace_event *ev)
{
	if (ev->by == BY_CONNECT && ev->kind == TRACE_STATE)
		return !sent_syn(rec);
	return record_has_anomaly(rec, "time_wait_overflow") ||
	       kernel_counter("TcpExt", "TCPAbortOnMemory");
}

/* The segment that a change of state names; NULL if it names none, or no segment. */
static json_object *named(json_object *rec, json_object *change)
{
	json_object *entry = record_null(change, "segment") ? NULL :
		json_object_array_get_idx(record_at(rec, "log"), record_int(change, "segment"));

	return entry && entry_is(entry, "segment") ? entry : NULL;
}

static struct trace_segment segment_of(json_object *entry)
{
	struct trace_segment seg = {
		.seq = record_int(entry, "seq"), .ack = record_int(entry, "ack"),
		.flags = entry_flags(entry),
	};

	seg.end = seg.seq + record_int(entry, "len") + !!(seg.flags & SEG_SYN) +
		  !!(seg.flags & SEG_FIN);
	return seg;
}

static bool is_same(const struct trace_segment *logged, const struct trace_segment *traced)
{
	return logged->flags == traced->flags && logged->seq == traced->seq &&
	       logged->end == traced->end &&
	       (!(logged->flags & SEG_ACK) || logged->ack == traced->ack);
}

/* Segments that wait for a program to let the socket go are put together. */
static bool is_part(const struct trace_segment *logged, const struct trace_segment *traced)
{
	return !(logged->flags & ~traced->flags & ~SEG_PSH) &&
	       logged->seq - traced->seq <= traced->end - traced->seq &&
	       (!(logged->flags & SEG_FIN) || logged->end == traced->end);
}

/* A FIN that came too early counts when what lacked before it has come. */
static bool is_fin_before(const struct trace_segment *logged, const struct trace_segment *traced,
			  json_object *entry)
{
	return !strcmp(record_text(entry, "cause"), "segment") && logged->flags & SEG_FIN &&
	       !(traced->flags & (SEG_FIN | SEG_RST)) &&
	       strcmp(record_text(entry, "to"), "CLOSE");
}

/*
 * LISTEN -> SYN_RECV is traced when the child is made, of a later segment: its
 * SYN is the one that the SYN/ACK behind it acknowledges.
 */
static int judge_syn(json_object *rec, json_object *change)
{
	json_object *log = record_at(rec, "log"), *syn = named(rec, change);
	uint32_t acked;

	if (!syn)
		return wrong_if(true, rec, "LISTEN -> SYN_RECV names no SYN");
	for (size_t i = record_int(change, "n"); i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (!entry_is(entry, "segment") || strcmp(record_text(entry, "dir"), "out") ||
		    (entry_flags(entry) & (SEG_SYN | SEG_ACK)) != (SEG_SYN | SEG_ACK))
			continue;
		acked = record_int(entry, "ack") - record_int(syn, "seq");
		return wrong_if(!acked || acked > 1 + record_int(syn, "len"), rec,
				"LISTEN -> SYN_RECV names entry %s, the SYN/ACK acknowledges %s",
				record_text(change, "segment"), record_text(entry, "ack"));
	}
	return wrong_if(true, rec, "LISTEN -> SYN_RECV without a SYN/ACK");
}

static int judge_which(json_object *rec, json_object *entry, const struct trace_event *ev)
{
	const struct trace_segment *traced = &ev->segment;
	struct trace_segment logged;
	json_object *cause = named(rec, entry);

	if (ev->from == TCP_LISTEN)
		return judge_syn(rec, entry);
	if (!traced->flags)
		return 0;
	if (!cause)
		return wrong_if(true, rec, "%s -> %s names no segment, TCP processed flags %#x "
				"seq %u to %u ack %u", record_text(entry, "from"),
				record_text(entry, "to"), traced->flags, traced->seq, traced->end,
				traced->ack);
	logged = segment_of(cause);
	return wrong_if(!is_same(&logged, traced) && !(ev->backlog && is_part(&logged, traced)) &&
			!is_fin_before(&logged, traced, entry), rec,
			"%s -> %s names entry %s, TCP processed flags %#x seq %u to %u ack %u",
			record_text(entry, "from"), record_text(entry, "to"),
			record_text(entry, "segment"), traced->flags, traced->seq, traced->end,
			traced->ack);
}

/**
 * judge_cause_traced - compare the cause of a change of state with what the kernel did
 * @rec: record
 * @entry: the change in its log
 * @ev: the same change, as it was traced
 * Return: how much is wrong; reported
 */
int judge_cause_traced(json_object *rec, json_object *entry, const struct trace_event *ev)
{
	const char *told = record_text(entry, "cause"), *traced = cause_of(ev);
	int wrong = 0;

	if (strcmp(told, traced) && !(!strcmp(told, "error") && failed(rec, ev)))
		wrong = wrong_if(true, rec, "%s -> %s has cause %s, the kernel did it %s",
				 record_text(entry, "from"), record_text(entry, "to"), told,
				 ev->kind == TRACE_TW_SCHEDULE ? "for a FIN" :
				 symbols_by_name(ev->by));
	if (!wrong && !strcmp(told, "segment"))
		wrong = judge_which(rec, entry, ev);
	return wrong;
}
