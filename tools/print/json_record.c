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
#include "print/json_lines.h"
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

static struct json_object *new_object(void)
{
	return json_object_made(json_object_new_object());
}

static struct json_object *new_array(void)
{
	return json_object_made(json_object_new_array());
}

static void append(struct json_object *array, struct json_object *value)
{
	json_object_array_add(array, value);
}

static void append_string(struct json_object *array, const char *value)
{
	append(array, json_object_made(json_object_new_string(value)));
}

/* Value 0 of most enumerations is what JSON calls null. */
static void add_word(struct json_object *object, const char *key,
		     const struct words *set, unsigned int value)
{
	json_add_string(object, key, value ? words_get(set, value) : NULL);
}

static void add_address(struct json_object *object, const char *key,
			const uint8_t *address, bool ipv6)
{
	struct text text = { 0 };

	format_address(&text, address, ipv6);
	json_add_string(object, key, text_terminated(&text));
	text_free(&text);
}

static void add_wall(struct json_object *object, const char *key, int64_t from, int64_t offset)
{
	struct text text = { 0 };
	int64_t moment;

	if (moment_after(from, offset, &moment) && format_wall(&text, moment))
		json_add_string(object, key, text_terminated(&text));
	else
		json_add(object, key, NULL);
	text_free(&text);
}

static void add_tuple(struct json_object *object, const struct tcpledger_record *r)
{
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;

	json_add_unsigned(object, "id", r->id);
	if (r->peer_id)
		json_add_unsigned(object, "peer_id", r->peer_id);
	else
		json_add(object, "peer_id", NULL);
	json_add_unsigned(object, "netns", r->netns);
	json_add_string(object, "family", ipv6 ? "inet6" : "inet");
	json_add_unsigned(object, "ifindex", r->ifindex);
	add_address(object, "local", r->local, ipv6);
	json_add_unsigned(object, "lport", r->lport);
	add_address(object, "remote", r->remote, ipv6);
	json_add_unsigned(object, "rport", r->rport);
}

static void add_life(struct json_object *object, const struct tcpledger_record *r)
{
	bool live = r->flags & TCPLEDGER_REC_LIVE;

	add_wall(object, "opened_at", r->opened_at, 0);
	add_wall(object, "ended_at", r->opened_at, live ? -1 : r->ended_ns);
	json_add_known(object, "duration_ns", live ? -1 : r->duration_ns);
	json_add_string(object, "state", words_get(&words_states, r->state));
	json_add_known(object, "state_age_ns", r->state_age_ns);
	json_add_bool(object, "live", live);
	json_add_bool(object, "partial", !!(r->flags & TCPLEDGER_REC_PARTIAL));
	json_add_unsigned(object, "log_dropped", r->log_dropped);
}

static struct json_object *make_owner(const struct record *record)
{
	struct json_object *owner = new_object();

	json_add_known(owner, "pid", record->fixed.pid);
	json_add_name(owner, "comm", record->comm);
	json_add_known(owner, "uid", record->fixed.uid);
	json_add_known(owner, "cgroup", record->fixed.cgroup);
	json_add_known(owner, "inode", record->fixed.inode);
	json_add_known(owner, "cookie", record->fixed.cookie);
	return owner;
}

static struct json_object *make_closer(const struct record *record)
{
	struct json_object *closer;

	if (record->fixed.closer_pid < 0 && !record->closer_comm[0])
		return NULL;	/* the peer or a timer closed */
	closer = new_object();
	json_add_known(closer, "pid", record->fixed.closer_pid);
	json_add_name(closer, "comm", record->closer_comm);
	return closer;
}

static struct json_object *make_open(const struct tcpledger_record *r)
{
	struct json_object *open = new_object();

	add_word(open, "role", &words_roles, r->role);
	json_add_string(open, "outcome", words_get(&words_outcomes, r->outcome));
	json_add_known(open, "syn_ns", r->syn_ns);
	json_add_known(open, "synack_ns", r->synack_ns);
	json_add_known(open, "ack_ns", r->ack_ns);
	json_add_known(open, "handshake_ns", r->handshake_ns);
	json_add_unsigned(open, "syn_retransmits", r->syn_retransmits);
	json_add_unsigned(open, "synack_retransmits", r->synack_retransmits);
	json_add_bool(open, "syncookie", !!(r->flags & TCPLEDGER_REC_SYNCOOKIE));
	json_add_bool(open, "fastopen", !!(r->flags & TCPLEDGER_REC_FASTOPEN));
	json_add_known(open, "local_isn", r->local_isn);
	json_add_known(open, "remote_isn", r->remote_isn);
	json_add_known(open, "local_mss", r->local_mss);
	json_add_known(open, "remote_mss", r->remote_mss);
	json_add_known(open, "local_wscale", r->local_wscale);
	json_add_known(open, "remote_wscale", r->remote_wscale);
	json_add_bool(open, "sack", r->sack);
	json_add_bool(open, "timestamps", r->timestamps);
	json_add_known(open, "accept_ns", r->accept_ns);
	return open;
}

static struct json_object *make_close(const struct tcpledger_record *r)
{
	struct json_object *close = new_object();

	add_word(close, "kind", &words_kinds, r->kind);
	add_word(close, "first", &words_sides, r->first);
	add_word(close, "reset_by", &words_sides, r->reset_by);
	json_add_string(close, "error", words_error(r->error));
	json_add_known(close, "local_fin_ns", r->local_fin_ns);
	json_add_known(close, "remote_fin_ns", r->remote_fin_ns);
	json_add_known(close, "half_close_ns", r->half_close_ns);
	json_add_unsigned(close, "fin_retransmits", r->fin_retransmits);
	return close;
}

static struct json_object *make_time_wait(const struct tcpledger_record *r)
{
	struct json_object *wait;

	if (!(r->flags & TCPLEDGER_REC_TIME_WAIT))
		return NULL;
	wait = new_object();
	json_add_known(wait, "entered_ns", r->tw_entered_ns);
	json_add_known(wait, "nominal_ns", r->tw_nominal_ns);
	json_add_unsigned(wait, "restarts", r->tw_restarts);
	json_add_unsigned(wait, "fin_reacks", r->tw_fin_reacks);
	json_add_unsigned(wait, "old_duplicates", r->tw_old_duplicates);
	json_add_known(wait, "remaining_ns", r->tw_remaining_ns);
	json_add_known(wait, "residence_ns", r->tw_residence_ns);
	json_add_bool(wait, "residence_exact", !!(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT));
	add_word(wait, "exit", &words_exits, r->tw_exit);
	return wait;
}

static struct json_object *make_residence(const struct tcpledger_record *r)
{
	struct json_object *residence = new_object();
	unsigned int i;

	for (i = 0; i < sizeof(state_order); i++) {
		unsigned int state = state_order[i];

		if (r->residence_ns[state] >= 0)
			json_add_known(residence, words_get(&words_states, state),
				       r->residence_ns[state]);
	}
	return residence;
}

static struct json_object *make_anomalies(const struct tcpledger_record *r)
{
	struct json_object *anomalies = new_array();
	unsigned int bit;

	for (bit = 0; bit < 64; bit++)
		if (r->anomalies >> bit & 1)
			append_string(anomalies, words_get(&words_anomalies, bit));
	return anomalies;
}

static void add_segment(struct json_object *entry, const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	struct json_object *flags = new_array();
	unsigned int bit;

	for (bit = 0; bit < 8; bit++)
		if (e->flags >> bit & 1)
			append_string(flags, words_flag(bit));
	json_add_string(entry, "type", "segment");
	json_add_string(entry, "dir", out ? "out" : "in");
	json_add(entry, "flags", flags);
	json_add_unsigned(entry, "seq", e->seq);
	json_add_unsigned(entry, "ack", e->ack);
	json_add_unsigned(entry, "win", e->win);
	json_add_unsigned(entry, "len", e->len);
	json_add_unsigned(entry, "ttl", e->ttl);
	json_add_bool(entry, "retransmit", !!(e->bits & TCPLEDGER_SEG_RETRANSMIT));
	if (out)
		json_add_string(entry, "origin",
				e->bits & TCPLEDGER_SEG_OTHER ? "other" : "tcp");
	else
		json_add(entry, "origin", NULL);
	if (e->bits & (TCPLEDGER_SEG_ACCEPTED | TCPLEDGER_SEG_REFUSED))
		json_add_bool(entry, "accepted", !!(e->bits & TCPLEDGER_SEG_ACCEPTED));
	else
		json_add(entry, "accepted", NULL);
}

static void add_change(struct json_object *entry, const struct tcpledger_entry *e)
{
	json_add_string(entry, "type", "state");
	json_add_string(entry, "from", words_get(&words_states, e->from));
	json_add_string(entry, "to", words_get(&words_states, e->to));
	add_word(entry, "cause", &words_causes, e->cause);
	json_add_known(entry, "segment", e->segment);
}

static void add_note(struct json_object *entry, const struct tcpledger_entry *e)
{
	json_add_string(entry, "type", "note");
	json_add_string(entry, "tag", words_get(&words_anomalies, e->tag));
	json_add_known(entry, "segment", e->segment);
}

static struct json_object *make_log(const struct record *record)
{
	struct json_object *log = new_array();
	unsigned int n;

	for (n = 0; n < record->fixed.log_n; n++) {
		const struct tcpledger_entry *e = &record->log[n];
		struct json_object *entry = new_object();

		json_add_unsigned(entry, "n", n);
		json_add_known(entry, "t_ns", e->t_ns);
		if (e->type == TCPLEDGER_ENTRY_STATE)
			add_change(entry, e);
		else if (e->type == TCPLEDGER_ENTRY_NOTE)
			add_note(entry, e);
		else
			add_segment(entry, e);
		append(log, entry);
	}
	return log;
}

static void add_others(struct json_object *object, const struct record *record)
{
	struct wireshark_zeek others;

	wireshark_zeek_judge(record, &others);
	json_add_unsigned(object, "completeness", others.completeness);
	json_add_string(object, "zeek_state", others.zeek_state);
	json_add_string(object, "zeek_history", others.zeek_history);
}

/**
 * json_record - a record as a JSON object
 * @record: a checked record
 *
 * Return: the object, for json_line().
 */
struct json_object *json_record(const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct json_object *object = new_object();

	add_tuple(object, r);
	add_life(object, r);
	json_add(object, "owner", make_owner(record));
	json_add(object, "closer", make_closer(record));
	json_add(object, "open", make_open(r));
	json_add(object, "close", make_close(r));
	json_add(object, "time_wait", make_time_wait(r));
	json_add(object, "residence_ns", make_residence(r));
	json_add_known(object, "bytes_sent", r->bytes_sent);
	json_add_known(object, "bytes_received", r->bytes_received);
	json_add_known(object, "retransmits", r->retransmits);
	json_add_known(object, "srtt_us", r->srtt_us);
	json_add_known(object, "min_rtt_us", r->min_rtt_us);
	json_add(object, "anomalies", make_anomalies(r));
	add_others(object, record);
	json_add(object, "log", make_log(record));
	return object;
}
