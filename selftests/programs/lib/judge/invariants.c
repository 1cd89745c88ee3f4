// SPDX-License-Identifier: GPL-2.0
/* What holds for every record, whatever happened to its connection. */
#include "lib/judge/invariants.h"

#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"

#define NOMINAL_2MSL_NS	60000000000LL

static bool is(json_object *object, const char *key, const char *value)
{
	return !strcmp(record_text(object, key), value);
}

static json_object *entry_at(json_object *rec, size_t i)
{
	return json_object_array_get_idx(record_at(rec, "log"), i);
}

static size_t entries(json_object *rec)
{
	return json_object_array_length(record_at(rec, "log"));
}

/* A segment that decides nothing: forged here, or refused by TCP. */
static bool idle_segment(json_object *entry)
{
	return is(entry, "origin", "other") || is(entry, "accepted", "false");
}

static bool is_segment(json_object *entry, const char *dir, uint8_t flags, uint8_t mask)
{
	return entry_is(entry, "segment") && is(entry, "dir", dir) &&
	       (entry_flags(entry) & mask) == flags;
}

static int judge_order(json_object *rec)
{
	int64_t last = 0;
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);
		int64_t t = record_int(entry, "t_ns");
		bool syn_recv = entry_is(entry, "state") && is(entry, "from", "LISTEN");

		wrong += wrong_if(record_int(entry, "n") != (int64_t)i, rec, "entry %zu has n %s",
				  i, record_text(entry, "n"));
		wrong += wrong_if(!i && t, rec, "the first entry is at %lld ns", (long long)t);
		/* LISTEN -> SYN_RECV has the time of its SYN. */
		if (syn_recv)
			continue;
		wrong += wrong_if(t < last, rec, "time runs back at entry %zu", i);
		last = t;
	}
	return wrong;
}

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

		if ((*rule->from == '*' || is(state, "from", rule->from)) &&
		    is(state, "to", rule->to))
			return rule->flags ? (flags & rule->mask) == rule->flags :
					     flags & rule->mask;
	}
	return false;
}

/* Data for a program that is gone: the RST that refuses it ends the connection. */
static bool ends_refused(json_object *state, uint8_t flags)
{
	return (is(state, "from", "FIN_WAIT1") || is(state, "from", "FIN_WAIT2") ||
		is(state, "from", "CLOSING") || is(state, "from", "CLOSE_WAIT") ||
		is(state, "from", "LAST_ACK")) &&
	       is(state, "to", "CLOSE") && !(flags & SEG_RST);
}

static int judge_cause(json_object *rec, size_t i)
{
	json_object *entry = entry_at(rec, i), *cause;
	int64_t index = record_int(entry, "segment");

	if (!is(entry, "cause", "segment"))
		return wrong_if(!record_null(entry, "segment"), rec,
				"entry %zu has a segment, but cause %s", i,
				record_text(entry, "cause")) +
		       wrong_if(!is(entry, "cause", "user") && !is(entry, "cause", "timer") &&
				!is(entry, "cause", "error"), rec, "entry %zu has cause %s", i,
				record_text(entry, "cause"));
	if (record_null(entry, "segment"))
		return 0;
	if (index < 0 || index >= (int64_t)i)
		return wrong_if(true, rec, "entry %zu was caused by entry %lld", i,
				(long long)index);
	cause = entry_at(rec, index);
	if (!entry_is(cause, "segment"))
		return wrong_if(true, rec, "the cause of entry %zu is not a segment", i);
	return wrong_if(!is(cause, "dir", "in"), rec, "the cause of entry %zu went out", i) +
	       wrong_if(is(cause, "accepted", "false") &&
			!ends_refused(entry, entry_flags(cause)), rec,
			"entry %zu was caused by a segment that TCP refused", i) +
	       wrong_if(!may_cause(entry, entry_flags(cause)), rec,
			"%s -> %s was caused by flags %#x", record_text(entry, "from"),
			record_text(entry, "to"), entry_flags(cause));
}

static int judge_state_chain(json_object *rec)
{
	const char *state = NULL;
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);

		if (!entry_is(entry, "state"))
			continue;
		wrong += wrong_if(state && !is(entry, "from", state), rec,
				  "%s -> %s follows state %s", record_text(entry, "from"),
				  record_text(entry, "to"), state);
		wrong += judge_cause(rec, i);
		state = record_text(entry, "to");
	}
	return wrong + wrong_if(state && !is(rec, "state", state), rec,
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

/* The first segment of a kind that decided something: its index, or -1. */
static int first_segment(json_object *rec, const char *dir, uint8_t flags, uint8_t mask)
{
	for (size_t i = 0; i < entries(rec); i++)
		if (is_segment(entry_at(rec, i), dir, flags, mask) &&
		    !idle_segment(entry_at(rec, i)))
			return i;
	return -1;
}

/* Whether TCP ever acknowledged the FIN of a segment, and so took it. */
static bool fin_acknowledged(json_object *rec, json_object *fin)
{
	uint32_t end = record_int(fin, "seq") + record_int(fin, "len") + 1;

	for (size_t i = 0; i < entries(rec); i++)
		if (is_segment(entry_at(rec, i), "out", SEG_ACK, SEG_ACK | SEG_RST) &&
		    (uint32_t)record_int(entry_at(rec, i), "ack") == end)
			return true;
	return false;
}

/* Whether TCP moved by the FIN of a segment; its ACK may be delayed. */
static bool fin_moved(json_object *rec, int64_t i)
{
	for (size_t k = i + 1; k < entries(rec); k++) {
		json_object *entry = entry_at(rec, k);

		if (entry_is(entry, "state") && is(entry, "cause", "segment") &&
		    !record_null(entry, "segment") && record_int(entry, "segment") == i &&
		    (is(entry, "to", "CLOSE_WAIT") || is(entry, "to", "CLOSING") ||
		     is(entry, "to", "TIME_WAIT")))
			return true;
	}
	return false;
}

/*
 * The first FIN that TCP took: beside a SYN or an RST it is none, and of another
 * TCP may have taken the ACK alone.
 */
static int first_fin_in(json_object *rec)
{
	for (size_t i = 0; i < entries(rec); i++)
		if (is_segment(entry_at(rec, i), "in", SEG_FIN, SEG_CONTROL) &&
		    !idle_segment(entry_at(rec, i)) &&
		    (fin_acknowledged(rec, entry_at(rec, i)) || fin_moved(rec, i)))
			return i;
	return -1;
}

static int first_state(json_object *rec, const char *to)
{
	for (size_t i = 0; i < entries(rec); i++)
		if (entry_is(entry_at(rec, i), "state") && is(entry_at(rec, i), "to", to))
			return i;
	return -1;
}

static int64_t time_of(json_object *rec, int i)
{
	return i < 0 ? -1 : record_int(entry_at(rec, i), "t_ns");
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int judge_moment(json_object *rec, const char *path, int64_t ns)
{
	int64_t told = record_null(rec, path) ? -1 : record_int(rec, path);

	return wrong_if(told != ns, rec, "%s %s, the log gives %lld", path,
			record_text(rec, path), (long long)ns);
}

static int judge_open(json_object *rec)
{
	int64_t syn = earlier(time_of(rec, first_segment(rec, "out", SEG_SYN, SEG_SYN | SEG_ACK)),
			      time_of(rec, first_segment(rec, "in", SEG_SYN, SEG_SYN | SEG_ACK)));
	int64_t synack = earlier(time_of(rec, first_segment(rec, "out", SEG_SYN | SEG_ACK,
							    SEG_SYN | SEG_ACK)),
				 time_of(rec, first_segment(rec, "in", SEG_SYN | SEG_ACK,
							    SEG_SYN | SEG_ACK)));
	int64_t established = time_of(rec, first_state(rec, "ESTABLISHED"));

	/* Repair mode is established without a segment. */
	return judge_moment(rec, "open.syn_ns", syn) +
	       judge_moment(rec, "open.synack_ns", synack) +
	       judge_moment(rec, "open.handshake_ns",
			    established < 0 || syn < 0 ? -1 : established - syn) +
	       wrong_if(established >= 0 && !is(rec, "open.outcome", "established"), rec,
			"was ESTABLISHED, but its outcome is %s", record_text(rec, "open.outcome"));
}

static int judge_close(json_object *rec)
{
	int64_t local = time_of(rec, first_segment(rec, "out", SEG_FIN, SEG_FIN | SEG_RST));
	int64_t remote = time_of(rec, first_fin_in(rec));
	bool live = is(rec, "live", "true");
	int64_t half = local < 0 || remote < 0 ? -1 : llabs(local - remote);

	return judge_moment(rec, "close.local_fin_ns", local) +
	       judge_moment(rec, "close.remote_fin_ns", remote) +
	       judge_moment(rec, "close.half_close_ns", half) +
	       wrong_if(live != record_null(rec, "ended_at"), rec, "live %s, but ended_at %s",
			record_text(rec, "live"), record_text(rec, "ended_at")) +
	       wrong_if(live != record_null(rec, "duration_ns"), rec, "live %s, but duration_ns %s",
			record_text(rec, "live"), record_text(rec, "duration_ns")) +
	       wrong_if(!live && record_null(rec, "close.kind"), rec, "ended without a kind") +
	       wrong_if(!live && is(rec, "open.outcome", "in_progress"), rec,
			"ended while opening") +
	       wrong_if(!live && !is(rec, "open.outcome", "established") &&
			!is(rec, "close.kind", "none"), rec, "never established, but kind %s",
			record_text(rec, "close.kind"));
}

/* The end of the last state is the end of the record. */
/* Who reset it has sent an RST; where nobody did, none of ours left. */
static int judge_reset_by(json_object *rec)
{
	bool sent = first_segment(rec, "out", SEG_RST, SEG_RST) >= 0;
	bool came = first_segment(rec, "in", SEG_RST, SEG_RST) >= 0;

	if (!is(rec, "close.kind", "reset"))
		return 0;
	return wrong_if(is(rec, "close.reset_by", "local") && !sent, rec,
			"reset by this end, without an RST") +
	       wrong_if(is(rec, "close.reset_by", "remote") && !came, rec,
			"reset by the peer, without an RST") +
	       wrong_if(record_null(rec, "close.reset_by") && sent, rec,
			"reset by nobody, but an RST left");
}

static int judge_duration(json_object *rec)
{
	for (size_t i = entries(rec); i--;) {
		json_object *entry = entry_at(rec, i);

		if (!entry_is(entry, "state"))
			continue;
		if (is(rec, "live", "true"))
			return wrong_if(is(entry, "to", "CLOSE"), rec, "is live in state CLOSE");
		return judge_moment(rec, "duration_ns", record_int(entry, "t_ns"));
	}
	return 0;
}

/*
 * Whether an earlier entry of the same direction has the same SYN or FIN
 * number. The SYN/ACK of a simultaneous open repeats the number of the SYN
 * before it; @alike asks for a segment of the same kind.
 */
static bool was_logged(json_object *rec, size_t i, bool alike)
{
	json_object *entry = entry_at(rec, i);
	uint8_t flags = entry_flags(entry);

	for (size_t k = 0; k < i; k++) {
		json_object *before = entry_at(rec, k);
		uint8_t common;

		if (!entry_is(before, "segment") ||
		    !is(before, "dir", record_text(entry, "dir")))
			continue;
		/* What another sent in TCP's name makes no retransmission of what TCP sends. */
		if (is(before, "origin", "other") && is(entry, "origin", "tcp"))
			continue;
		if (alike && (entry_flags(before) ^ flags) & (SEG_SYN | SEG_ACK))
			continue;
		common = entry_flags(before) & flags;
		if (common & SEG_SYN && record_int(before, "seq") == record_int(entry, "seq"))
			return true;
		if (common & SEG_FIN &&
		    (uint32_t)(record_int(before, "seq") + record_int(before, "len")) ==
		    (uint32_t)(record_int(entry, "seq") + record_int(entry, "len")))
			return true;
	}
	return false;
}

/* A SYN that did not open this connection may come twice, but that is no retransmission of it. */
static bool has_isn(json_object *rec, json_object *entry)
{
	return record_int(entry, "seq") ==
	       record_int(rec, is(entry, "dir", "in") ? "open.remote_isn" : "open.local_isn");
}

static int judge_retransmits(json_object *rec)
{
	int64_t syn = 0, synack = 0, fin = 0;
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);
		uint8_t flags;
		bool again;

		if (!entry_is(entry, "segment"))
			continue;
		flags = entry_flags(entry);
		again = flags & (SEG_SYN | SEG_FIN) && !(flags & SEG_RST) &&
			was_logged(rec, i, false);
		wrong += wrong_if(again != is(entry, "retransmit", "true"), rec,
				  "entry %zu: retransmit %s", i, record_text(entry, "retransmit"));
		wrong += wrong_if(is(entry, "dir", "out") != record_null(entry, "accepted") &&
				  is(entry, "dir", "out"), rec, "entry %zu: accepted %s", i,
				  record_text(entry, "accepted"));
		wrong += wrong_if(is(entry, "dir", "in") != record_null(entry, "origin"), rec,
				  "entry %zu: origin %s", i, record_text(entry, "origin"));
		/* TCP refuses most repetitions as old; they count all the same. */
		if (!again || is(entry, "origin", "other") ||
		    (flags & SEG_SYN && (!was_logged(rec, i, true) || !has_isn(rec, entry))))
			continue;
		syn += (flags & (SEG_SYN | SEG_ACK)) == SEG_SYN;
		synack += (flags & (SEG_SYN | SEG_ACK)) == (SEG_SYN | SEG_ACK);
		fin += flags & SEG_FIN && is(entry, "dir", "out");
	}
	return wrong +
	       wrong_if(record_int(rec, "open.syn_retransmits") != syn, rec,
			"syn_retransmits %s, the log has %lld",
			record_text(rec, "open.syn_retransmits"), (long long)syn) +
	       wrong_if(record_int(rec, "open.synack_retransmits") != synack, rec,
			"synack_retransmits %s, the log has %lld",
			record_text(rec, "open.synack_retransmits"), (long long)synack) +
	       wrong_if(record_int(rec, "close.fin_retransmits") != fin, rec,
			"fin_retransmits %s, the log has %lld",
			record_text(rec, "close.fin_retransmits"), (long long)fin);
}

static int judge_time_wait(json_object *rec)
{
	int entry = first_state(rec, "TIME_WAIT"), end = entry;

	if (entry < 0)
		return wrong_if(!record_null(rec, "time_wait"), rec, "time_wait without TIME_WAIT");
	if (record_null(rec, "time_wait"))
		return wrong_if(true, rec, "was in TIME_WAIT, but time_wait is null");
	while (end < (int)entries(rec) && !(entry_is(entry_at(rec, end), "state") &&
					    is(entry_at(rec, end), "from", "TIME_WAIT")))
		end++;
	if (end == (int)entries(rec))
		end = -1;
	return judge_moment(rec, "time_wait.entered_ns", time_of(rec, entry)) +
	       judge_moment(rec, "time_wait.nominal_ns", NOMINAL_2MSL_NS) +
	       judge_moment(rec, "time_wait.residence_ns",
			    end < 0 ? -1 : time_of(rec, end) - time_of(rec, entry)) +
	       wrong_if((end < 0) != record_null(rec, "time_wait.exit"), rec, "time_wait.exit %s",
			record_text(rec, "time_wait.exit")) +
	       wrong_if((end < 0) == record_null(rec, "time_wait.remaining_ns"), rec,
			"time_wait.remaining_ns %s", record_text(rec, "time_wait.remaining_ns")) +
	       wrong_if(record_int(rec, "time_wait.remaining_ns") < 0, rec, "remaining_ns < 0");
}

static bool points_to_segment(json_object *rec, json_object *entry)
{
	int64_t index = record_int(entry, "segment");

	return index >= 0 && index < (int64_t)entries(rec) &&
	       entry_is(entry_at(rec, index), "segment");
}

static int judge_notes(json_object *rec)
{
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);
		bool state = entry_is(entry, "state"), note = entry_is(entry, "note");

		wrong += wrong_if(!state && !note && !entry_is(entry, "segment"), rec,
				  "entry %zu has type %s", i, record_text(entry, "type"));
		if (!note)
			continue;
		wrong += wrong_if(!record_has_anomaly(rec, record_text(entry, "tag")), rec,
				  "notes %s, which is not among its anomalies",
				  record_text(entry, "tag"));
		wrong += wrong_if(!record_null(entry, "segment") && !points_to_segment(rec, entry),
				  rec, "entry %zu points to no segment", i);
	}
	return wrong;
}

/* Two records of this namespace name each other, or neither does. */
static int judge_peer(const struct ledger *ledger, json_object *rec)
{
	if (record_null(rec, "peer_id"))
		return 0;
	for (size_t i = 0; i < ledger->n; i++) {
		json_object *peer = ledger->records[i];

		if (record_int(peer, "id") != record_int(rec, "peer_id"))
			continue;
		return wrong_if(record_int(peer, "peer_id") != record_int(rec, "id"), rec,
				"peer %s has peer %s", record_text(rec, "peer_id"),
				record_text(peer, "peer_id")) +
		       wrong_if(record_int(peer, "lport") != record_int(rec, "rport") ||
				record_int(peer, "rport") != record_int(rec, "lport"), rec,
				"peer %s has another tuple", record_text(rec, "peer_id"));
	}
	return wrong_if(true, rec, "peer %s is no record here", record_text(rec, "peer_id"));
}

static int judge_ids(const struct ledger *ledger, json_object *rec)
{
	int same = 0;

	for (size_t i = 0; i < ledger->n; i++)
		same += record_int(ledger->records[i], "id") == record_int(rec, "id");
	return wrong_if(same != 1 || record_int(rec, "id") < 1, rec, "%d records have its id",
			same);
}

/* Wireshark's mask, as far as the log itself can show it. */
static int judge_completeness(json_object *rec)
{
	const int shown = 1 | 2 | 16 | 32;
	int64_t syn[2] = { -1, -1 };
	int mask = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);
		uint8_t flags, control;

		if (!entry_is(entry, "segment"))
			continue;
		flags = entry_flags(entry);
		/*
		 * Whether a segment that decided nothing counts, or one with two of
		 * SYN, FIN and RST, the mask does not define; a SYN beside an RST is
		 * to Wireshark the begin of another conversation.
		 */
		control = flags & (SEG_SYN | SEG_FIN | SEG_RST);
		if (idle_segment(entry) || (control & (control - 1)))
			return 0;
		/* Nor does it, after a SYN that begins another conversation. */
		if (flags & SEG_SYN) {
			int64_t *number = &syn[is(entry, "dir", "in")];

			if (*number >= 0 && *number != record_int(entry, "seq"))
				return 0;
			*number = record_int(entry, "seq");
		}
		if (flags & SEG_FIN && is(entry, "dir", "in") && is(entry, "accepted", "null"))
			return 0;
		if (flags & SEG_SYN)
			mask |= flags & SEG_ACK ? 2 : 1;
		mask |= (flags & SEG_FIN ? 16 : 0) | (flags & SEG_RST ? 32 : 0);
	}
	return wrong_if((record_int(rec, "completeness") & shown) != mask, rec,
			"completeness %s, the log gives %d of %d", record_text(rec, "completeness"),
			mask, shown);
}

/**
 * judge_invariants - check what holds for every record
 * @ledger: all records of the namespace
 * @rec: one of them
 * Return: how much is wrong
 */
int judge_invariants(const struct ledger *ledger, json_object *rec)
{
	/* No test fills a log; what a full one gives up is tested elsewhere. */
	return wrong_if(record_int(rec, "log_dropped"), rec, "log_dropped %s",
			record_text(rec, "log_dropped")) +
	       wrong_if(!is(rec, "partial", "false"), rec, "is partial") +
	       judge_ids(ledger, rec) + judge_peer(ledger, rec) + judge_order(rec) +
	       judge_state_chain(rec) + judge_residence(rec) + judge_open(rec) +
	       judge_close(rec) + judge_reset_by(rec) + judge_duration(rec) +
	       judge_retransmits(rec) + judge_time_wait(rec) + judge_notes(rec) +
	       judge_completeness(rec);
}
