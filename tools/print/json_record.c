// SPDX-License-Identifier: GPL-2.0
/*
 * A record as JSON. The keys, their order and what is null are a promise to
 * everybody's scripts: new keys may be added, none renamed.
 */
#include "print/json_record.h"

#include <stdbool.h>

#include "base/text.h"
#include "meaning/wireshark_zeek.h"
#include "meaning/words.h"
#include "print/format.h"
#include "print/json_log.h"
#include "print/json_writer.h"
#include "read/moment.h"
#include "read/record.h"

/* The order in which a connection can pass through them. */
static const unsigned char state_order[] = {
	TCPLEDGER_STATE_LISTEN, TCPLEDGER_STATE_SYN_SENT, TCPLEDGER_STATE_SYN_RECV,
	TCPLEDGER_STATE_ESTABLISHED, TCPLEDGER_STATE_FIN_WAIT1,
	TCPLEDGER_STATE_FIN_WAIT2, TCPLEDGER_STATE_CLOSING,
	TCPLEDGER_STATE_TIME_WAIT, TCPLEDGER_STATE_CLOSE_WAIT,
	TCPLEDGER_STATE_LAST_ACK, TCPLEDGER_STATE_CLOSE,
};

/* Value 0 of most enumerations is what JSON calls null. */
static void add_word(struct text *json, const char *key, const struct words *set,
		     unsigned int value)
{
	json_word(json, key, value ? words_get(set, value) : NULL);
}

static void add_name(struct text *json, const char *key, const char *name)
{
	if (*name)
		json_foreign(json, key, name);
	else
		json_null(json, key);
}

static void add_moment(struct text *json, const char *key, int64_t from, int64_t offset)
{
	int64_t moment;

	json_moment(json, key, moment_after(from, offset, &moment) ? moment : -1);
}

static void add_tuple(struct text *json, const struct tcpledger_record *r)
{
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;

	json_unsigned(json, "id", r->id);
	if (r->peer_id)
		json_unsigned(json, "peer_id", r->peer_id);
	else
		json_null(json, "peer_id");
	json_unsigned(json, "netns", r->netns);
	json_word(json, "family", ipv6 ? "inet6" : "inet");
	json_unsigned(json, "ifindex", r->ifindex);
	json_address(json, "local", r->local, ipv6);
	json_unsigned(json, "lport", r->lport);
	json_address(json, "remote", r->remote, ipv6);
	json_unsigned(json, "rport", r->rport);
}

static void add_life(struct text *json, const struct tcpledger_record *r)
{
	bool live = r->flags & TCPLEDGER_REC_LIVE;

	add_moment(json, "opened_at", r->opened_at, 0);
	add_moment(json, "ended_at", r->opened_at, live ? -1 : r->ended_ns);
	json_known(json, "duration_ns", live ? -1 : r->duration_ns);
	json_word(json, "state", words_get(&words_states, r->state));
	json_known(json, "state_age_ns", r->state_age_ns);
	json_bool(json, "live", live);
	json_bool(json, "partial", !!(r->flags & TCPLEDGER_REC_PARTIAL));
	json_unsigned(json, "log_dropped", r->log_dropped);
}

static void add_owner(struct text *json, const struct record *record)
{
	json_object_begin(json, "owner");
	json_known(json, "pid", record->fixed.pid);
	add_name(json, "comm", record->comm);
	json_known(json, "uid", record->fixed.uid);
	json_known(json, "cgroup", record->fixed.cgroup);
	json_known(json, "inode", record->fixed.inode);
	json_known(json, "cookie", record->fixed.cookie);
	json_object_end(json);
}

static void add_closer(struct text *json, const struct record *record)
{
	/* Nobody here: the peer or a timer closed. */
	if (record->fixed.closer_pid < 0 && !record->closer_comm[0]) {
		json_null(json, "closer");
		return;
	}
	json_object_begin(json, "closer");
	json_known(json, "pid", record->fixed.closer_pid);
	add_name(json, "comm", record->closer_comm);
	json_object_end(json);
}

static void add_open(struct text *json, const struct tcpledger_record *r)
{
	json_object_begin(json, "open");
	add_word(json, "role", &words_roles, r->role);
	json_word(json, "outcome", words_get(&words_outcomes, r->outcome));
	json_known(json, "syn_ns", r->syn_ns);
	json_known(json, "synack_ns", r->synack_ns);
	json_known(json, "ack_ns", r->ack_ns);
	json_known(json, "handshake_ns", r->handshake_ns);
	json_unsigned(json, "syn_retransmits", r->syn_retransmits);
	json_unsigned(json, "synack_retransmits", r->synack_retransmits);
	json_bool(json, "syncookie", !!(r->flags & TCPLEDGER_REC_SYNCOOKIE));
	json_bool(json, "fastopen", !!(r->flags & TCPLEDGER_REC_FASTOPEN));
	json_known(json, "local_isn", r->local_isn);
	json_known(json, "remote_isn", r->remote_isn);
	json_known(json, "local_mss", r->local_mss);
	json_known(json, "remote_mss", r->remote_mss);
	json_known(json, "local_wscale", r->local_wscale);
	json_known(json, "remote_wscale", r->remote_wscale);
	json_bool(json, "sack", r->sack);
	json_bool(json, "timestamps", r->timestamps);
	json_known(json, "accept_ns", r->accept_ns);
	json_object_end(json);
}

static void add_close(struct text *json, const struct tcpledger_record *r)
{
	json_object_begin(json, "close");
	add_word(json, "kind", &words_kinds, r->kind);
	add_word(json, "first", &words_sides, r->first);
	add_word(json, "reset_by", &words_sides, r->reset_by);
	json_word(json, "error", words_error(r->error));
	json_known(json, "local_fin_ns", r->local_fin_ns);
	json_known(json, "remote_fin_ns", r->remote_fin_ns);
	json_known(json, "half_close_ns", r->half_close_ns);
	json_unsigned(json, "fin_retransmits", r->fin_retransmits);
	json_object_end(json);
}

static void add_time_wait(struct text *json, const struct tcpledger_record *r)
{
	if (!(r->flags & TCPLEDGER_REC_TIME_WAIT)) {
		json_null(json, "time_wait");
		return;
	}
	json_object_begin(json, "time_wait");
	json_known(json, "entered_ns", r->tw_entered_ns);
	json_known(json, "nominal_ns", r->tw_nominal_ns);
	json_unsigned(json, "restarts", r->tw_restarts);
	json_unsigned(json, "fin_reacks", r->tw_fin_reacks);
	json_unsigned(json, "old_duplicates", r->tw_old_duplicates);
	json_known(json, "remaining_ns", r->tw_remaining_ns);
	json_known(json, "residence_ns", r->tw_residence_ns);
	json_bool(json, "residence_exact", !!(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT));
	add_word(json, "exit", &words_exits, r->tw_exit);
	json_object_end(json);
}

static void add_residence(struct text *json, const struct tcpledger_record *r)
{
	unsigned int i;

	json_object_begin(json, "residence_ns");
	for (i = 0; i < sizeof(state_order); i++) {
		unsigned int state = state_order[i];

		if (r->residence_ns[state] >= 0)
			json_known(json, words_get(&words_states, state), r->residence_ns[state]);
	}
	json_object_end(json);
}

static void add_anomalies(struct text *json, const struct tcpledger_record *r)
{
	unsigned int bit;

	json_array_begin(json, "anomalies");
	for (bit = 0; bit < 64; bit++)
		if (r->anomalies >> bit & 1)
			json_word(json, NULL, words_get(&words_anomalies, bit));
	json_array_end(json);
}

static void add_others(struct text *json, const struct record *record)
{
	struct wireshark_zeek others;

	wireshark_zeek_judge(record, &others);
	json_unsigned(json, "completeness", others.completeness);
	json_word(json, "zeek_state", others.zeek_state);
	json_word(json, "zeek_history", others.zeek_history);
}

/**
 * json_record - print a record as a line of JSON
 * @record: a checked record
 */
void json_record(const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct text *json = json_line_begin();

	add_tuple(json, r);
	add_life(json, r);
	add_owner(json, record);
	add_closer(json, record);
	add_open(json, r);
	add_close(json, r);
	add_time_wait(json, r);
	add_residence(json, r);
	json_known(json, "bytes_sent", r->bytes_sent);
	json_known(json, "bytes_received", r->bytes_received);
	json_known(json, "retransmits", r->retransmits);
	json_known(json, "srtt_us", r->srtt_us);
	json_known(json, "min_rtt_us", r->min_rtt_us);
	add_anomalies(json, r);
	add_others(json, record);
	json_log(json, record);
	json_line_end(json);
}
