// SPDX-License-Identifier: GPL-2.0
/*
 * Whether TCP took a segment: it did if it changed a state by it, it did not if
 * it threw it away and gave a reason.
 */
#include "lib/judge/accepted.h"

#include <string.h>

#include "lib/judge/wrong.h"

static bool fits(const struct trace_event *ev, json_object *rec, json_object *entry, int here)
{
	const struct trace_segment *seg = &ev->segment;
	uint8_t flags = entry_flags(entry);

	return ev->kind == TRACE_PROCESS && !ev->taken && ev->where == here &&
	       ev->local.port == record_int(rec, "lport") &&
	       (!ev->remote.port || ev->remote.port == record_int(rec, "rport")) &&
	       seg->flags == flags && seg->seq == (uint32_t)record_int(entry, "seq") &&
	       seg->end == seg->seq + (uint32_t)record_int(entry, "len") +
			   !!(flags & SEG_SYN) + !!(flags & SEG_FIN) &&
	       (!(flags & SEG_ACK) || seg->ack == (uint32_t)record_int(entry, "ack"));
}

static struct trace_event *find(struct world *world, json_object *rec, json_object *entry)
{
	for (size_t i = 0; i < world->trace.n; i++)
		if (fits(&world->trace.list[i], rec, entry, world->here))
			return &world->trace.list[i];
	return NULL;
}

/* The change of state that names a segment, or NULL. */
static json_object *change_by(json_object *rec, json_object *segment)
{
	json_object *log = record_at(rec, "log");

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "state") && !record_null(entry, "segment") &&
		    record_int(entry, "segment") == record_int(segment, "n"))
			return entry;
	}
	return NULL;
}

/* Data for a program that is gone: TCP refuses it with an RST, and ends the connection. */
static bool ended_refused(json_object *rec, json_object *segment)
{
	json_object *change = change_by(rec, segment);

	return change && !strncmp(record_text(change, "from"), "FIN_WAIT", 8) &&
	       !strcmp(record_text(change, "to"), "CLOSE") && !(entry_flags(segment) & SEG_RST);
}

/*
 * What TCP acts on and then throws away: an RST ends a Fast Open child that was not
 * acknowledged yet (tcp_check_req()), a closed port answers a SYN.
 */
static bool acted_on(json_object *rec, json_object *segment)
{
	json_object *change = change_by(rec, segment);

	if (entry_flags(segment) & SEG_RST)
		return change && !strcmp(record_text(change, "to"), "CLOSE");
	return entry_flags(segment) & SEG_SYN &&
	       !strcmp(record_text(rec, "open.outcome"), "refused");
}

/*
 * In SYN_SENT connect() may hold the socket. What comes on loopback then waits, and TCP's
 * RST may have brought the next segment before TCP is done with this one.
 */
static bool while_connecting(json_object *rec, json_object *segment)
{
	json_object *log = record_at(rec, "log");
	const char *state = "";

	for (int64_t i = 0; i < record_int(segment, "n"); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "state"))
			state = record_text(entry, "to");
	}
	return !strcmp(state, "SYN_SENT");
}

static int judge_entry(struct world *world, json_object *rec, json_object *entry)
{
	struct trace_event *ev = find(world, rec, entry);
	const char *told = record_text(entry, "accepted");

	if (!ev)
		return 0;
	ev->taken = true;
	if (ev->moved)
		return wrong_if(strcmp(told, "true") && !ended_refused(rec, entry), rec,
				"entry %s: accepted %s, but TCP changed its state by it: %s",
				record_text(entry, "n"), told, record_text(rec, "log"));
	if (!strcmp(told, "true") && acted_on(rec, entry))
		return 0;
	if (!strcmp(told, "null") && while_connecting(rec, entry))
		return 0;
	return wrong_if((ev->reason || ev->refused) && strcmp(told, "false"), rec,
			"entry %s: accepted %s, but TCP threw it away: %s: %s, %s",
			record_text(entry, "n"), told,
			ev->refused ? "with an RST" : trace_reason(ev->reason),
			record_text(rec, "open.outcome"), record_text(rec, "log"));
}

/**
 * judge_accepted - compare what the logs say TCP took with what it did
 * @world: world, its trace read
 * @ledger: the records of the namespace the test is in
 * Return: how much is wrong; reported
 */
int judge_accepted(struct world *world, const struct ledger *ledger)
{
	int wrong = 0;

	for (size_t i = 0; i < world->trace.n; i++)
		world->trace.list[i].taken = false;
	for (size_t i = 0; i < ledger->n; i++) {
		json_object *log = record_at(ledger->records[i], "log");

		for (size_t k = 0; k < json_object_array_length(log); k++) {
			json_object *entry = json_object_array_get_idx(log, k);

			if (entry_is(entry, "segment") &&
			    !strcmp(record_text(entry, "dir"), "in"))
				wrong += judge_entry(world, ledger->records[i], entry);
		}
	}
	return wrong;
}
