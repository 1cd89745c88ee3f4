// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the facts to what readers get. Pure. Whatever can be derived is derived here,
 * when a record is read, and costs nothing while it is recorded.
 */
#include "verdict/record.h"


#define NAME(name, text)	text,
#define STATE_NAME(name, number)	[(number)] = #name,

const char *const tcpledger_state_names[TCPLEDGER_STATE_MAX] = {
	[0] = "-", TCPLEDGER_STATES(STATE_NAME)
};

const char *const tcpledger_role_names[] = { TCPLEDGER_ROLES(NAME) };
const char *const tcpledger_outcome_names[] = { TCPLEDGER_OUTCOMES(NAME) };
const char *const tcpledger_kind_names[] = { TCPLEDGER_KINDS(NAME) };
const char *const tcpledger_side_names[] = { TCPLEDGER_SIDES(NAME) };
const char *const tcpledger_exit_names[] = { TCPLEDGER_EXITS(NAME) };
const char *const tcpledger_cause_names[] = { TCPLEDGER_CAUSES(NAME) };
const char *const tcpledger_anomaly_names[] = { TCPLEDGER_ANOMALIES(NAME) };

static s64 since_base(const struct tcpledger_facts *f, s64 when)
{
	return when ? when - f->base : -1;
}

static void first_time(__s64 *member, s64 t)
{
	if (*member < 0)
		*member = t;
}

static void fill_from_state(struct tcpledger_record *r,
			    const struct tcpledger_log_entry *e, s64 *entered)
{
	s64 t = tcpledger_log_time(e);
	u8 from = e->seq, to = e->seq >> 8;

	if (*entered >= 0 && from < TCPLEDGER_STATE_MAX)
		r->residence_ns[from] = t - *entered +
					max_t(s64, r->residence_ns[from], 0);
	*entered = to == TCPLEDGER_STATE_CLOSE ? -1 : t;
	if (to == TCPLEDGER_STATE_ESTABLISHED && r->syn_ns >= 0 &&
	    r->handshake_ns < 0)
		r->handshake_ns = t - r->syn_ns;
	if (to == TCPLEDGER_STATE_TIME_WAIT)
		first_time(&r->tw_entered_ns, t);
}

/* The times that are those of a log entry, and the time in each finished state. */
static void fill_from_log(struct tcpledger_record *r,
			  struct tcpledger_facts *f)
{
	s64 entered = -1;
	int i;

	for (i = 0; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_at(&f->log, i);
		u8 type = tcpledger_log_type(e);
		s64 t = tcpledger_log_time(e);
		u8 refused = tcpledger_log_bits(e) &
			     (TCPLEDGER_SEG_REFUSED | TCPLEDGER_SEG_OTHER);

		if (type == TCPLEDGER_ENTRY_STATE) {
			fill_from_state(r, e, &entered);
			continue;
		}
		if (type == TCPLEDGER_ENTRY_NOTE || refused)
			continue;
		if (e->flags & TCPLEDGER_SYN)
			first_time(e->flags & TCPLEDGER_ACK ? &r->synack_ns :
							      &r->syn_ns, t);
		else if (e->flags & TCPLEDGER_ACK &&
			 type == (f->role == TCPLEDGER_ROLE_PASSIVE ?
				  TCPLEDGER_ENTRY_IN : TCPLEDGER_ENTRY_OUT) &&
			 !(e->flags & TCPLEDGER_RST) && r->synack_ns >= 0 &&
			 f->bits & WAS_ESTABLISHED)
			first_time(&r->ack_ns, t);
		if (e->flags & TCPLEDGER_FIN && type == TCPLEDGER_ENTRY_OUT)
			first_time(&r->local_fin_ns, t);
		if (e->flags & TCPLEDGER_FIN && type == TCPLEDGER_ENTRY_IN &&
		    f->bits & TOOK_FIN &&
		    tcpledger_log_end(e) == f->remote_fin)
			first_time(&r->remote_fin_ns, t);
	}
}

/* The state in which the record began. */
static u8 first_state(struct tcpledger_facts *f)
{
	int i;

	for (i = 0; i < f->log.n; i++) {
		const struct tcpledger_log_entry *e =
			tcpledger_log_at(&f->log, i);

		if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_STATE)
			return e->seq;
	}
	return f->state;
}

/*
 * If the beginning of a connection was not seen, a SYN or FIN in the log can be a
 * repetition of one before it: then it must not be told as the first.
 */
static void forget_repeated(struct tcpledger_record *r,
			    struct tcpledger_facts *f)
{
	const u32 began = BIT(first_state(f));
	const u32 both = BIT(TCPLEDGER_STATE_TIME_WAIT);

	r->syn_ns = -1;
	r->handshake_ns = -1;
	if (!(began & BIT(TCPLEDGER_STATE_SYN_SENT))) {
		r->synack_ns = -1;
		r->ack_ns = -1;
	}
	if (began & (TCPLEDGER_CLOSED_BY_US | both))
		r->local_fin_ns = -1;
	if (began & (TCPLEDGER_CLOSED_BY_PEER | both))
		r->remote_fin_ns = -1;
}

static void fill_options(struct tcpledger_record *r,
			 const struct tcpledger_facts *f)
{
	bool local = f->options & OPT_LOCAL_SEEN;
	bool remote = f->options & OPT_REMOTE_SEEN;

	r->local_mss = local && f->local_mss ? f->local_mss : -1;
	r->remote_mss = remote && f->remote_mss ? f->remote_mss : -1;
	r->local_wscale = local ? f->local_wscale : -1;
	r->remote_wscale = remote ? f->remote_wscale : -1;
	r->sack = -1;
	r->timestamps = -1;
	if (local && remote) {
		r->sack = f->options & OPT_LOCAL_SACK &&
			  f->options & OPT_REMOTE_SACK;
		r->timestamps = f->options & OPT_LOCAL_TS &&
				f->options & OPT_REMOTE_TS;
	}
}

static void fill_time_wait(struct tcpledger_record *r,
			   const struct tcpledger_facts *f, s64 now)
{
	r->tw_nominal_ns = -1;
	r->tw_remaining_ns = -1;
	r->tw_residence_ns = -1;
	r->tw_exit = f->tw_exit;
	r->tw_restarts = f->tw_restarts;
	r->tw_fin_reacks = f->tw_fin_reacks;
	r->tw_old_duplicates = f->tw_old_duplicates;
	if (!(f->bits & WAS_TIME_WAIT))
		return;
	r->flags |= TCPLEDGER_REC_TIME_WAIT;
	if (!(f->bits & TIME_WAIT_INEXACT))
		r->flags |= TCPLEDGER_REC_RESIDENCE_EXACT;
	r->tw_nominal_ns = TCPLEDGER_TW_NOMINAL_NS;
	/* An adopted record stayed at least as long as it was seen. */
	if (f->ended_at)
		r->tw_residence_ns = r->ended_ns -
				     max_t(s64, r->tw_entered_ns, 0);
	else if (f->tw_restarted_at)
		r->tw_remaining_ns = min_t(s64, TCPLEDGER_TW_NOMINAL_NS,
			max_t(s64, 0, f->tw_restarted_at +
			      TCPLEDGER_TW_NOMINAL_NS - now));
}

static void fill_times(struct tcpledger_record *r,
		       const struct tcpledger_facts *f, s64 now)
{
	s64 fins[2];

	r->base_ns = f->base;
	r->ended_ns = since_base(f, f->ended_at);
	r->duration_ns = r->ended_ns;
	r->state_age_ns = f->ended_at ? -1 : max_t(s64, now - f->since, 0);
	r->accept_ns = since_base(f, f->accepted_at);
	r->half_close_ns = -1;
	fins[0] = r->local_fin_ns;
	fins[1] = r->remote_fin_ns;
	if (fins[0] >= 0 && fins[1] >= 0)
		r->half_close_ns = fins[0] > fins[1] ? fins[0] - fins[1] :
						       fins[1] - fins[0];
}

/**
 * tcpledger_record_fill() - fill what follows from the facts
 * @r: filled, but for what the caller fills: size, id, netns, addresses, owner,
 *	counters of the socket
 * @f: the facts: the reader's own copy
 * @now: CLOCK_MONOTONIC of the reading
 *
 * Context: any.
 */
void tcpledger_record_fill(struct tcpledger_record *r,
			   struct tcpledger_facts *f, s64 now)
{
	int i;

	for (i = 0; i < TCPLEDGER_STATE_MAX; i++)
		r->residence_ns[i] = -1;
	r->syn_ns = -1;
	r->synack_ns = -1;
	r->ack_ns = -1;
	r->handshake_ns = -1;
	r->local_fin_ns = -1;
	r->remote_fin_ns = -1;
	r->tw_entered_ns = -1;
	fill_from_log(r, f);
	if (f->bits & IS_PARTIAL)
		forget_repeated(r, f);
	fill_options(r, f);
	fill_times(r, f, now);
	fill_time_wait(r, f, now);

	r->log_n = f->log.n;
	r->log_dropped = f->log.dropped;
	r->anomalies = f->anomalies;
	r->state = f->state;
	r->role = f->role;
	r->outcome = f->outcome;
	r->kind = f->kind;
	r->first = f->first;
	r->reset_by = f->reset_by;
	r->error = f->error ? f->error : -1;
	r->syn_retransmits = f->syn_retransmits;
	r->synack_retransmits = f->synack_retransmits;
	r->fin_retransmits = f->fin_retransmits;
	r->local_isn = f->bits & KNOWN_LOCAL_ISN ? (s64)f->local_isn : -1;
	r->remote_isn = f->bits & KNOWN_REMOTE_ISN ? (s64)f->remote_isn : -1;
	r->flags |= (f->ended_at ? 0 : TCPLEDGER_REC_LIVE) |
		    (f->bits & IS_PARTIAL ? TCPLEDGER_REC_PARTIAL : 0) |
		    (f->bits & BY_COOKIE ? TCPLEDGER_REC_SYNCOOKIE : 0) |
		    (f->bits & BY_FASTOPEN ? TCPLEDGER_REC_FASTOPEN : 0);
}
