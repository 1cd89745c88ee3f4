// SPDX-License-Identifier: GPL-2.0
/*
 * The values of a record that no other judge asks for: those of the sockets that the
 * test has open, against what the sockets say of themselves; the cgroup of all; the
 * time of the ACK that completes a handshake, against the capture; and what remains
 * of 2MSL, against the log.
 */
#include "lib/judge/values.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"

static int differ(const struct tcpledger_record *rec, const char *what, int64_t told,
		  int64_t wanted)
{
	if (told == wanted)
		return 0;
	say("record %llu: %s is %lld, not %lld", (unsigned long long)rec->id, what,
	    (long long)told, (long long)wanted);
	return 1;
}

static int compare_socket(const struct tcpledger_record *rec, const struct own_socket *s)
{
	/* TCP counts the peer's FIN as a byte. */
	bool fin = rec->remote_fin_ns >= 0;

	return differ(rec, "cookie", rec->cookie, s->cookie) +
	       differ(rec, "inode", rec->inode, s->inode) +
	       differ(rec, "uid", rec->uid, s->uid) +
	       differ(rec, "srtt_us", rec->srtt_us, s->rtt ? (int32_t)s->rtt : -1) +
	       differ(rec, "min_rtt_us", rec->min_rtt_us, (int32_t)s->min_rtt) +
	       differ(rec, "retransmits", rec->retransmits, s->retransmits) +
	       differ(rec, "bytes_sent", rec->bytes_sent, s->sent) +
	       differ(rec, "bytes_received", rec->bytes_received, s->received - fin);
}

static int compare_sockets(const struct records *records, const struct sockets *sockets)
{
	int wrong = 0;

	for (size_t i = 0; i < sockets->n; i++) {
		const struct own_socket *s = &sockets->list[i];
		const struct tcpledger_record *rec;

		rec = records_find(records, &s->local, &s->remote, INT64_MAX);
		/* judge_table() tells of one that is missing. */
		if (rec && (rec->flags & (TCPLEDGER_REC_LIVE | TCPLEDGER_REC_PARTIAL)) ==
			   TCPLEDGER_REC_LIVE)
			wrong += compare_socket(rec, s);
	}
	return wrong;
}

/* The id of a cgroup is the inode of its folder. Whoever is known was in the test's. */
static int compare_cgroups(const struct records *records, uint64_t cgroup)
{
	int wrong = 0;

	for (size_t i = 0; i < records->n; i++)
		if (records->list[i]->cgroup >= 0)
			wrong += differ(records->list[i], "cgroup", records->list[i]->cgroup,
					cgroup);
		else
			wrong += differ(records->list[i], "cgroup of a known owner", -1,
					*records->list[i]->comm ? (int64_t)cgroup : -1);
	return wrong;
}

/* When a record left a state first, from its beginning; -1 for never. */
static int64_t left(const struct tcpledger_record *rec, int from)
{
	const struct tcpledger_entry *log = records_log(rec);

	for (size_t i = 0; i < rec->log_n; i++)
		if (log[i].type == TCPLEDGER_ENTRY_STATE && log[i].from == from)
			return log[i].t_ns;
	return -1;
}

/*
 * The ACK that completes a handshake: at the passive end the last that came before
 * the state changed, at the active end the first that left after it.
 */
static int64_t completing_ack(const struct capture *capture, const struct tcpledger_record *rec,
			      int64_t changed)
{
	struct endpoint local = records_local(rec), remote = records_remote(rec);
	bool active = rec->role == TCPLEDGER_ROLE_ACTIVE;
	int64_t ns = -1;

	for (size_t i = 0; i < capture->n; i++) {
		const struct captured *f = &capture->list[i];
		int64_t t = f->seg.ns - rec->opened_at;

		if (f->out != active || (f->seg.flags & (SEG_SYN | SEG_RST | SEG_ACK)) != SEG_ACK ||
		    !endpoint_equal(active ? &f->seg.src : &f->seg.dst, &local) ||
		    !endpoint_equal(active ? &f->seg.dst : &f->seg.src, &remote))
			continue;
		if (active && t >= changed)
			return t;
		if (!active && t >= 0 && t <= changed)
			ns = t;
	}
	return ns;
}

static int compare_ack(const struct capture *capture, const struct tcpledger_record *rec)
{
	int64_t changed, wanted;

	if ((rec->role != TCPLEDGER_ROLE_ACTIVE && rec->role != TCPLEDGER_ROLE_PASSIVE) ||
	    rec->flags & TCPLEDGER_REC_PARTIAL || rec->log_dropped)
		return 0;
	if (rec->outcome != TCPLEDGER_OUTCOME_ESTABLISHED)
		return differ(rec, "ack_ns", rec->ack_ns, -1);
	changed = left(rec, rec->role == TCPLEDGER_ROLE_ACTIVE ? TCP_SYN_SENT : TCP_SYN_RECV);
	wanted = changed < 0 ? -1 : completing_ack(capture, rec, changed);
	if (wanted < 0 || rec->ack_ns < 0)
		return differ(rec, "ack_ns", rec->ack_ns, wanted);
	if (llabs(rec->ack_ns - wanted) < STAMP_LATE_NS)
		return 0;
	return differ(rec, "ack_ns", rec->ack_ns, wanted);
}

/* When the timer of 2MSL began anew for the last time: at entry, or as the last note tells. */
static int64_t last_restart(json_object *rec)
{
	json_object *log = record_at(rec, "log");
	int64_t t = record_int(rec, "time_wait.entered_ns");

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "note") &&
		    !strcmp(record_text(entry, "tag"), "time_wait_restarted"))
			t = record_int(entry, "t_ns");
	}
	return t;
}

/* What remains of 2MSL, and what has passed of it, are read at one moment. */
static int compare_remaining(json_object *rec)
{
	int64_t now, rest;

	if (record_null(rec, "time_wait.remaining_ns") || record_int(rec, "log_dropped") ||
	    strcmp(record_text(rec, "time_wait.residence_exact"), "true"))
		return 0;
	now = record_int(rec, "time_wait.entered_ns") + record_int(rec, "state_age_ns");
	rest = last_restart(rec) + record_int(rec, "time_wait.nominal_ns") - now;
	if (rest < 0)
		rest = 0;
	return wrong_if(llabs(record_int(rec, "time_wait.remaining_ns") - rest) > STAMP_LATE_NS,
			rec, "remaining_ns %s, the log gives %lld",
			record_text(rec, "time_wait.remaining_ns"), (long long)rest);
}

/**
 * judge_values - compare values of the records with the test's sockets, its cgroup and the capture
 * @world: world
 * @e: all that the ledger says
 * Return: how much is wrong
 */
int judge_values(struct world *world, struct evidence *e)
{
	struct space *space = &world->space[world->here];
	int wrong;

	capture_drain(&space->capture);
	records_sort(&e->records);
	wrong = compare_sockets(&e->records, &e->sockets) +
		compare_cgroups(&e->records, world->cgroup);
	for (size_t i = 0; i < e->records.n; i++)
		wrong += compare_ack(&space->capture, e->records.list[i]);
	for (size_t i = 0; i < e->ledger.n; i++)
		wrong += compare_remaining(e->ledger.records[i]);
	return wrong;
}
