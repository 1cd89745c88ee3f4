// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/retransmits.h"

#include "lib/judge/entries.h"
#include "lib/judge/wrong.h"

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
		    !says(before, "dir", record_text(entry, "dir")))
			continue;
		/* What another sent in TCP's name makes no retransmission of what TCP sends. */
		if (says(before, "origin", "other") && says(entry, "origin", "tcp"))
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
	       record_int(rec, says(entry, "dir", "in") ? "open.remote_isn" : "open.local_isn");
}

/**
 * judge_retransmits - check which entries are told as retransmissions, and their counters
 * @rec: record
 * Return: how much is wrong
 */
int judge_retransmits(json_object *rec)
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
		wrong += wrong_if(again != says(entry, "retransmit", "true"), rec,
				  "entry %zu: retransmit %s", i, record_text(entry, "retransmit"));
		wrong += wrong_if(says(entry, "dir", "out") != record_null(entry, "accepted") &&
				  says(entry, "dir", "out"), rec, "entry %zu: accepted %s", i,
				  record_text(entry, "accepted"));
		wrong += wrong_if(says(entry, "dir", "in") != record_null(entry, "origin"), rec,
				  "entry %zu: origin %s", i, record_text(entry, "origin"));
		/* TCP refuses most repetitions as old; they count all the same. */
		if (!again || says(entry, "origin", "other") ||
		    (flags & SEG_SYN && (!was_logged(rec, i, true) || !has_isn(rec, entry))))
			continue;
		syn += (flags & (SEG_SYN | SEG_ACK)) == SEG_SYN;
		synack += (flags & (SEG_SYN | SEG_ACK)) == (SEG_SYN | SEG_ACK);
		fin += flags & SEG_FIN && says(entry, "dir", "out");
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
