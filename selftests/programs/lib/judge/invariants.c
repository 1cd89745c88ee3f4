// SPDX-License-Identifier: GPL-2.0
/* What holds for every record, whatever happened to its connection. */
#include "lib/judge/invariants.h"

#include <stdlib.h>

#include "lib/judge/entries.h"
#include "lib/judge/retransmits.h"
#include "lib/judge/state_chain.h"
#include "lib/judge/wrong.h"

#define NOMINAL_2MSL_NS	60000000000LL

static int judge_order(json_object *rec)
{
	int64_t last = 0;
	int wrong = 0;

	for (size_t i = 0; i < entries(rec); i++) {
		json_object *entry = entry_at(rec, i);
		int64_t t = record_int(entry, "t_ns");
		bool syn_recv = entry_is(entry, "state") && says(entry, "from", "LISTEN");

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

/* Whether TCP ever acknowledged the FIN of a segment, and so took it. */
static bool fin_acknowledged(json_object *rec, json_object *fin)
{
	uint32_t end = record_int(fin, "seq") + record_int(fin, "len") + 1;

	for (size_t i = 0; i < entries(rec); i++)
		if (entry_is_segment(entry_at(rec, i), "out", SEG_ACK, SEG_ACK | SEG_RST) &&
		    (uint32_t)record_int(entry_at(rec, i), "ack") == end)
			return true;
	return false;
}

/* Whether TCP moved by the FIN of a segment; its ACK may be delayed. */
static bool fin_moved(json_object *rec, int64_t i)
{
	for (size_t k = i + 1; k < entries(rec); k++) {
		json_object *entry = entry_at(rec, k);

		if (entry_is(entry, "state") && says(entry, "cause", "segment") &&
		    !record_null(entry, "segment") && record_int(entry, "segment") == i &&
		    (says(entry, "to", "CLOSE_WAIT") || says(entry, "to", "CLOSING") ||
		     says(entry, "to", "TIME_WAIT")))
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
		if (entry_is_segment(entry_at(rec, i), "in", SEG_FIN, SEG_CONTROL) &&
		    !entry_is_idle(entry_at(rec, i)) &&
		    (fin_acknowledged(rec, entry_at(rec, i)) || fin_moved(rec, i)))
			return i;
	return -1;
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

/* When the first SYN or SYN/ACK passed that decided something, whatever its direction. */
static int64_t first_time(json_object *rec, uint8_t flags)
{
	return earlier(entry_time(rec, first_segment(rec, "out", flags, SEG_SYN | SEG_ACK)),
		       entry_time(rec, first_segment(rec, "in", flags, SEG_SYN | SEG_ACK)));
}

static int judge_open(json_object *rec)
{
	int64_t syn = first_time(rec, SEG_SYN);
	int64_t synack = first_time(rec, SEG_SYN | SEG_ACK);
	int64_t established = entry_time(rec, first_state(rec, "ESTABLISHED"));

	/* Repair mode is established without a segment. */
	return judge_moment(rec, "open.syn_ns", syn) +
	       judge_moment(rec, "open.synack_ns", synack) +
	       judge_moment(rec, "open.handshake_ns",
			    established < 0 || syn < 0 ? -1 : established - syn) +
	       wrong_if(established >= 0 && !says(rec, "open.outcome", "established"), rec,
			"was ESTABLISHED, but its outcome is %s", record_text(rec, "open.outcome"));
}

static int judge_close(json_object *rec)
{
	int64_t local = entry_time(rec, first_segment(rec, "out", SEG_FIN, SEG_FIN | SEG_RST));
	int64_t remote = entry_time(rec, first_fin_in(rec));
	bool live = says(rec, "live", "true");
	int64_t half = local < 0 || remote < 0 ? -1 : llabs(local - remote);

	return judge_moment(rec, "close.local_fin_ns", local) +
	       judge_moment(rec, "close.remote_fin_ns", remote) +
	       judge_moment(rec, "close.half_close_ns", half) +
	       wrong_if(live != record_null(rec, "ended_at"), rec, "live %s, but ended_at %s",
			record_text(rec, "live"), record_text(rec, "ended_at")) +
	       wrong_if(live != record_null(rec, "duration_ns"), rec, "live %s, but duration_ns %s",
			record_text(rec, "live"), record_text(rec, "duration_ns")) +
	       wrong_if(!live && record_null(rec, "close.kind"), rec, "ended without a kind") +
	       wrong_if(!live && says(rec, "open.outcome", "in_progress"), rec,
			"ended while opening") +
	       wrong_if(!live && !says(rec, "open.outcome", "established") &&
			!says(rec, "close.kind", "none"), rec, "never established, but kind %s",
			record_text(rec, "close.kind"));
}

/* Who reset it has sent an RST; where nobody did, none of ours left. */
static int judge_reset_by(json_object *rec)
{
	bool sent = first_segment(rec, "out", SEG_RST, SEG_RST) >= 0;
	bool came = first_segment(rec, "in", SEG_RST, SEG_RST) >= 0;

	if (!says(rec, "close.kind", "reset"))
		return 0;
	return wrong_if(says(rec, "close.reset_by", "local") && !sent, rec,
			"reset by this end, without an RST") +
	       wrong_if(says(rec, "close.reset_by", "remote") && !came, rec,
			"reset by the peer, without an RST") +
	       wrong_if(record_null(rec, "close.reset_by") && sent, rec,
			"reset by nobody, but an RST left");
}

/* The end of the last state is the end of the record. */
static int judge_duration(json_object *rec)
{
	for (size_t i = entries(rec); i--;) {
		json_object *entry = entry_at(rec, i);

		if (!entry_is(entry, "state"))
			continue;
		if (says(rec, "live", "true"))
			return wrong_if(says(entry, "to", "CLOSE"), rec, "is live in state CLOSE");
		return judge_moment(rec, "duration_ns", record_int(entry, "t_ns"));
	}
	return 0;
}

static int judge_time_wait(json_object *rec)
{
	int entry = first_state(rec, "TIME_WAIT"), end = entry;

	if (entry < 0)
		return wrong_if(!record_null(rec, "time_wait"), rec, "time_wait without TIME_WAIT");
	if (record_null(rec, "time_wait"))
		return wrong_if(true, rec, "was in TIME_WAIT, but time_wait is null");
	while (end < (int)entries(rec) && !(entry_is(entry_at(rec, end), "state") &&
					    says(entry_at(rec, end), "from", "TIME_WAIT")))
		end++;
	if (end == (int)entries(rec))
		end = -1;
	return judge_moment(rec, "time_wait.entered_ns", entry_time(rec, entry)) +
	       judge_moment(rec, "time_wait.nominal_ns", NOMINAL_2MSL_NS) +
	       judge_moment(rec, "time_wait.residence_ns",
			    end < 0 ? -1 : entry_time(rec, end) - entry_time(rec, entry)) +
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
		if (entry_is_idle(entry) || (control & (control - 1)))
			return 0;
		/* Nor does it, after a SYN that begins another conversation. */
		if (flags & SEG_SYN) {
			int64_t *number = &syn[says(entry, "dir", "in")];

			if (*number >= 0 && *number != record_int(entry, "seq"))
				return 0;
			*number = record_int(entry, "seq");
		}
		if (flags & SEG_FIN && says(entry, "dir", "in") && says(entry, "accepted", "null"))
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
	       wrong_if(!says(rec, "partial", "false"), rec, "is partial") +
	       judge_ids(ledger, rec) + judge_peer(ledger, rec) + judge_order(rec) +
	       judge_state_chain(rec) + judge_open(rec) + judge_close(rec) +
	       judge_reset_by(rec) + judge_duration(rec) +
	       judge_retransmits(rec) + judge_time_wait(rec) + judge_notes(rec) +
	       judge_completeness(rec);
}
