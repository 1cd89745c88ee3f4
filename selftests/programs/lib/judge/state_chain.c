// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/state_chain.h"

#include "lib/judge/entries.h"
#include "lib/judge/wrong.h"

/*
 * What a segment must be to cause a state change. The first line that fits
 * counts; flags are compared under the mask, "any" flag of it under 0.
 */
static const struct cause_rule {
	const char *from;
	const char *to;
	uint8_t mask;
	uint8_t flags;
} cause_rules[] = {
	{ "SYN_SENT",	"ESTABLISHED",	SEG_SYN | SEG_ACK,	SEG_SYN | SEG_ACK },
	{ "SYN_SENT",	"SYN_RECV",	SEG_SYN | SEG_ACK,	SEG_SYN },
	{ "SYN_SENT",	"CLOSE",	SEG_RST,		SEG_RST },
	{ "LISTEN",	"SYN_RECV",	SEG_SYN | SEG_ACK,	SEG_SYN },
	{ "SYN_RECV",	"ESTABLISHED",	SEG_RST | SEG_ACK,	SEG_ACK },
	{ "SYN_RECV",	"CLOSE_WAIT",	SEG_FIN,		SEG_FIN },
	{ "SYN_RECV",	"FIN_WAIT1",	SEG_RST | SEG_ACK,	SEG_ACK },
	{ "ESTABLISHED", "CLOSE_WAIT",	SEG_FIN,		SEG_FIN },
	{ "FIN_WAIT1",	"FIN_WAIT2",	SEG_RST | SEG_ACK,	SEG_ACK },
	{ "FIN_WAIT1",	"CLOSING",	SEG_FIN,		SEG_FIN },
	{ "FIN_WAIT2",	"TIME_WAIT",	SEG_FIN,		SEG_FIN },
	{ "CLOSING",	"TIME_WAIT",	SEG_RST | SEG_ACK,	SEG_ACK },
	{ "LAST_ACK",	"CLOSE",	SEG_ACK | SEG_RST,	0 },
	{ "TIME_WAIT",	"CLOSE",	SEG_SYN | SEG_RST,	0 },
	{ "*",		"CLOSE",	SEG_RST | SEG_SYN | SEG_FIN | SEG_ACK, 0 },
};

static bool may_cause(json_object *state, uint8_t flags)
{
	for (size_t i = 0; i < sizeof(cause_rules) / sizeof(*cause_rules); i++) {
		const struct cause_rule *rule = &cause_rules[i];

		if ((*rule->from == '*' || says(state, "from", rule->from)) &&
		    says(state, "to", rule->to))
			return rule->flags ? (flags & rule->mask) == rule->flags :
					     flags & rule->mask;
	}
	return false;
}

/* Data for a program that is gone: the RST that refuses it ends the connection. */
static bool ends_refused(json_object *state, uint8_t flags)
{
	return (says(state, "from", "FIN_WAIT1") || says(state, "from", "FIN_WAIT2") ||
		says(state, "from", "CLOSING") || says(state, "from", "CLOSE_WAIT") ||
		says(state, "from", "LAST_ACK")) &&
	       says(state, "to", "CLOSE") && !(flags & SEG_RST);
}

static int judge_cause(json_object *rec, size_t i)
{
	json_object *entry = entry_at(rec, i), *cause;
	int64_t index = record_int(entry, "segment");

	if (!says(entry, "cause", "segment"))
		return wrong_if(!record_null(entry, "segment"), rec,
				"entry %zu has a segment, but cause %s", i,
				record_text(entry, "cause")) +
		       wrong_if(!says(entry, "cause", "user") && !says(entry, "cause", "timer") &&
				!says(entry, "cause", "error"), rec, "entry %zu has cause %s", i,
				record_text(entry, "cause"));
	if (record_null(entry, "segment"))
		return 0;
	if (index < 0 || index >= (int64_t)i)
		return wrong_if(true, rec, "entry %zu was caused by entry %lld", i,
				(long long)index);
	cause = entry_at(rec, index);
	if (!entry_is(cause, "segment"))
		return wrong_if(true, rec, "the cause of entry %zu is not a segment", i);
	return wrong_if(!says(cause, "dir", "in"), rec, "the cause of entry %zu went out", i) +
	       wrong_if(says(cause, "accepted", "false") &&
			!ends_refused(entry, entry_flags(cause)), rec,
			"entry %zu was caused by a segment that TCP refused", i) +
	       wrong_if(!may_cause(entry, entry_flags(cause)), rec,
			"%s -> %s was caused by flags %#x", record_text(entry, "from"),
			record_text(entry, "to"), entry_flags(cause));
}

/* Each state follows the one before it, for a cause that can bring it about. */
static int judge_order_of_states(json_object *rec)
{
	const char *state = NULL;
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);

		if (!entry_is(entry, "state"))
			continue;
		wrong += wrong_if(state && !says(entry, "from", state), rec,
				  "%s -> %s follows state %s", record_text(entry, "from"),
				  record_text(entry, "to"), state);
		wrong += judge_cause(rec, i);
		state = record_text(entry, "to");
	}
	return wrong + wrong_if(state && !says(rec, "state", state), rec,
				"state %s, but its log ends in %s", record_text(rec, "state"),
				state);
}

/* Sums of the finished stays, taken from the log. */
static int judge_residence(json_object *rec)
{
	json_object *sums = json_object_new_object(), *told = record_at(rec, "residence_ns");
	const char *state = NULL;
	int64_t since = 0;
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i), *sum;

		if (!entry_is(entry, "state"))
			continue;
		if (state) {
			if (!json_object_object_get_ex(sums, state, &sum)) {
				sum = json_object_new_int64(0);
				json_object_object_add(sums, state, sum);
			}
			json_object_int_inc(sum, record_int(entry, "t_ns") - since);
		}
		state = record_text(entry, "to");
		since = record_int(entry, "t_ns");
	}
	wrong = wrong_if(!json_object_equal(sums, told), rec, "residence_ns %s, the log gives %s",
			 json_object_to_json_string(told), json_object_to_json_string(sums));
	json_object_put(sums);
	return wrong;
}

/**
 * judge_state_chain - check the changes of state in a record's log
 * @rec: record
 * Return: how much is wrong
 */
int judge_state_chain(json_object *rec)
{
	return judge_order_of_states(rec) + judge_residence(rec);
}
