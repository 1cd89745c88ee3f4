// SPDX-License-Identifier: GPL-2.0
#include "present/explain/summary.h"

#include <stdbool.h>
#include <string.h>

#include "base/language.h"
#include "read/entry.h"
#include "read/record.h"

/* By outcome: where we asked, and where the peer did. */
static const struct {
	const char	*active;
	const char	*passive;
} outcomes[TCPLEDGER_OUTCOME_MAX] = {
	[TCPLEDGER_OUTCOME_IN_PROGRESS] = {
		N_("{who} called connect(); the handshake is not complete."),
		N_("The peer asked for a connection to port {port}; the handshake is not "
		   "complete."),
	},
	[TCPLEDGER_OUTCOME_ESTABLISHED] = {
		N_("{who} called connect(), and the three-way handshake succeeded."),
		N_("The peer connected to port {port}, and the three-way handshake succeeded."),
	},
	[TCPLEDGER_OUTCOME_REFUSED] = {
		N_("The peer refused the connection: an RST answered our SYN. Look there with 'ss "
		   "-ltn' whether a program listens on port {rport}, and for firewall rules that "
		   "REJECT."),
		N_("We refused the connection: no program listens on port {port} here ('ss "
		   "-ltn')."),
	},
	[TCPLEDGER_OUTCOME_RESET] = {
		N_("An RST ended the handshake after the SYN/ACK: one side gave up, or had not "
		   "asked for the connection."),
		N_("An RST ended the handshake after our SYN/ACK: the peer gave up, was a port "
		   "scanner, or had never asked; or the program closed its listener."),
	},
	[TCPLEDGER_OUTCOME_TIMED_OUT] = {
		N_("The handshake timed out: our SYN was never answered, although we retransmitted "
		   "it {tries} times. The peer is down, the path to it or back is broken, or a "
		   "firewall drops SYNs."),
		N_("The handshake timed out: our SYN/ACK was never acknowledged, although we "
		   "retransmitted it {answers} times. The client is gone, its address was forged, "
		   "or the path back is broken."),
	},
	[TCPLEDGER_OUTCOME_UNREACHABLE] = {
		N_("The network reported by ICMP that the peer is unreachable ({error}). Look at "
		   "routes and firewalls: 'ip route get', traceroute."),
		N_("The network reported by ICMP that the client is unreachable ({error})."),
	},
	[TCPLEDGER_OUTCOME_ABORTED] = {
		N_("{who} gave up before the handshake was complete, perhaps because of its own "
		   "time limit."),
		N_("This host gave up before the handshake was complete."),
	},
	[TCPLEDGER_OUTCOME_DROPPED] = {
		N_("The connection was not established: the handshake was dropped here."),
		N_("The connection was not established: our TCP never answered the SYN, or never "
		   "accepted the third ACK. The anomalies below say why, where that could be "
		   "seen."),
	},
};

static const char *const kinds[TCPLEDGER_KIND_MAX] = {
	[TCPLEDGER_KIND_FOUR_SEGMENT] = N_("Closed gracefully, with four segments: FIN, ACK, FIN, "
					   "ACK. Each direction was closed separately."),
	[TCPLEDGER_KIND_THREE_SEGMENT] = N_("Closed gracefully, with three segments: FIN, FIN with "
					    "ACK, ACK. The second side closed before it had "
					    "acknowledged the first FIN."),
	[TCPLEDGER_KIND_SIMULTANEOUS] = N_("Closed gracefully, by both sides at the same time: the "
					   "FINs crossed."),
	[TCPLEDGER_KIND_TIMED_OUT] = N_("Given up: for too long, the other side did not answer or "
					"did not close."),
};

static void tell(const char **topic, const char *sentence)
{
	unsigned int i;

	for (i = 0; i < SUMMARY_MOST - 1; i++)
		if (!topic[i]) {
			topic[i] = sentence;
			return;
		}
}

static bool is_in_handshake(const struct tcpledger_record *r)
{
	return r->flags & TCPLEDGER_REC_LIVE && (r->state == TCPLEDGER_STATE_SYN_SENT ||
						  r->state == TCPLEDGER_STATE_SYN_RECV);
}

/* The first SYN of one direction that carries data, or NULL. */
static const struct tcpledger_entry *find_data_syn(const struct record *record, unsigned int type)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (e->type == type && e->flags & TCPLEDGER_SYN && e->len)
			return e;
	}
	return NULL;
}

/* Whether a SYN/ACK that TCP took acknowledges a number. */
static bool is_acked_at_once(const struct record *record, uint32_t number)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (e->type == TCPLEDGER_ENTRY_IN && e->flags & TCPLEDGER_SYN &&
		    e->flags & TCPLEDGER_ACK && !(e->bits & TCPLEDGER_SEG_REFUSED) &&
		    e->ack == number)
			return true;
	}
	return false;
}

/* A valid cookie opens a connection for a SYN without data too (RFC 7413, 4.2.2). */
static const char *tell_fast_open(const struct record *record)
{
	const struct tcpledger_entry *syn;

	if (record->fixed.role == TCPLEDGER_ROLE_PASSIVE)
		return find_data_syn(record, TCPLEDGER_ENTRY_IN) ?
		       N_("Opened with TCP Fast Open: the SYN carried data, and the program could "
			  "read it before the handshake was complete.") :
		       N_("Opened with TCP Fast Open: the program could answer before the "
			  "handshake was complete.");
	syn = find_data_syn(record, TCPLEDGER_ENTRY_OUT);
	if (!syn)
		return N_("Opened with TCP Fast Open.");
	return is_acked_at_once(record, entry_end(syn)) ?
	       N_("Opened with TCP Fast Open: the SYN carried data, and the SYN/ACK acknowledged "
		  "it. That saved a round trip.") :
	       N_("{who} tried TCP Fast Open: the SYN carried data, but no SYN/ACK acknowledged "
		  "it, so the data had to be sent again after the handshake.");
}

static void judge_opening(const struct record *record, const char **topic)
{
	const struct tcpledger_record *r = &record->fixed;

	if (r->role == TCPLEDGER_ROLE_ADOPTED)
		tell(topic, N_("It existed before the module was loaded, so its opening was not "
			       "seen."));
	else if (record_is_self_connect(record))
		tell(topic, N_("A self-connect: {who} connected to an ephemeral port of its own "
			       "host and reached itself, so every segment of ours both leaves and "
			       "arrives here."));
	else if (r->role == TCPLEDGER_ROLE_SIMULTANEOUS &&
		 r->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		tell(topic, N_("Both sides called connect() at the same time, and the SYNs "
			       "crossed: a simultaneous open."));
	else if (r->flags & TCPLEDGER_REC_FASTOPEN &&
		 r->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		tell(topic, tell_fast_open(record));
	else if (r->outcome >= TCPLEDGER_OUTCOME_MAX)
		tell(topic, N_("This command does not know how the opening ended: the module is of "
			       "a later release."));
	else
		tell(topic, r->role == TCPLEDGER_ROLE_PASSIVE ? outcomes[r->outcome].passive :
								 outcomes[r->outcome].active);
	if (is_in_handshake(r))
		tell(topic, N_("It has been in {state} for {age}."));
	if (r->handshake_ns >= 0)
		tell(topic, N_("From the first SYN to ESTABLISHED it took {handshake}."));
	if (r->flags & TCPLEDGER_REC_SYNCOOKIE)
		tell(topic, N_("A SYN cookie was used: the queue of half-open connections was "
			       "full, or net.ipv4.tcp_syncookies is 2."));
	if (r->outcome != TCPLEDGER_OUTCOME_TIMED_OUT) {
		if (r->syn_retransmits)
			tell(topic, N_("SYN retransmissions: {tries}."));
		if (r->synack_retransmits)
			tell(topic, N_("SYN/ACK retransmissions: {answers}."));
	}
}

static void judge_open_state(const struct tcpledger_record *r, const char **topic)
{
	if (!(r->flags & TCPLEDGER_REC_LIVE) || is_in_handshake(r))
		return;
	switch (r->state) {
	case TCPLEDGER_STATE_ESTABLISHED:
		tell(topic, N_("Not closed: it has been open for {age}."));
		break;
	case TCPLEDGER_STATE_CLOSE_WAIT:
		tell(topic, N_("The peer closed its direction {age} ago, and {who} has not closed "
			       "ours. If this lasts, the program has forgotten a close() and leaks "
			       "sockets."));
		break;
	case TCPLEDGER_STATE_FIN_WAIT2:
		tell(topic, N_("Half-closed for {age}: we have closed our direction, but the peer "
			       "has not closed its own."));
		break;
	default:
		tell(topic, N_("It has been in {state} for {age}."));
	}
}

static void judge_reset(const struct tcpledger_record *r, const char **topic)
{
	if (r->reset_by == TCPLEDGER_SIDE_REMOTE)
		tell(topic, N_("Aborted by the peer: its RST ended the connection. Data not yet "
			       "delivered is lost."));
	else if (r->reset_by == TCPLEDGER_SIDE_LOCAL)
		tell(topic, N_("Aborted by this side with an RST. Data not yet delivered is "
			       "lost."));
	else
		tell(topic, N_("Aborted. Data not yet delivered is lost."));
}

static void judge_first(const struct tcpledger_record *r, const char **topic)
{
	bool waits = r->flags & TCPLEDGER_REC_TIME_WAIT;
	/* After an RST or a timeout neither side waits (RFC 9293, 3.6 and 3.10.7.4). */
	bool peer_waits = !waits && (r->kind == TCPLEDGER_KIND_FOUR_SEGMENT ||
				     r->kind == TCPLEDGER_KIND_THREE_SEGMENT);

	if (r->local_fin_ns < 0 && r->remote_fin_ns < 0)
		return;
	if (r->first == TCPLEDGER_SIDE_LOCAL)
		tell(topic, waits ? N_("We closed first, so the wait in TIME_WAIT is ours.") :
				    N_("We closed first."));
	if (r->first == TCPLEDGER_SIDE_REMOTE)
		tell(topic, peer_waits ? N_("The peer closed first, so the peer waits in "
					    "TIME_WAIT, not we.") :
					 N_("The peer closed first."));
}

static void judge_closing(const struct tcpledger_record *r, const char **topic)
{
	if (r->kind == TCPLEDGER_KIND_NONE)
		return;		/* the opening says it all */
	if (r->kind == TCPLEDGER_KIND_OPEN) {
		judge_open_state(r, topic);
		return;
	}
	if (r->kind == TCPLEDGER_KIND_RESET)
		judge_reset(r, topic);
	else if (r->kind >= TCPLEDGER_KIND_MAX)
		tell(topic, N_("This command does not know how it was closed: the module is of a "
			       "later release."));
	else
		tell(topic, kinds[r->kind]);
	if (r->kind == TCPLEDGER_KIND_FOUR_SEGMENT || r->kind == TCPLEDGER_KIND_THREE_SEGMENT ||
	    r->kind == TCPLEDGER_KIND_SIMULTANEOUS)
		tell(topic, N_("A close is graceful if each side sends a FIN behind its last byte "
			       "and gets it acknowledged: no data is lost."));
	judge_first(r, topic);
	if (r->half_close_ns >= 0 && r->kind != TCPLEDGER_KIND_SIMULTANEOUS)
		tell(topic, r->kind == TCPLEDGER_KIND_THREE_SEGMENT ?
		     N_("The second FIN came {half} after the first.") :
		     N_("Between the two FINs it was half-closed for {half}."));
	if (r->fin_retransmits)
		tell(topic, N_("FIN retransmissions: {fins}."));
	if (r->error > 0)
		tell(topic, N_("The program got {error}."));
}

static void judge_exit(const struct tcpledger_record *r, const char **topic)
{
	switch (r->tw_exit) {
	case TCPLEDGER_EXIT_LASTS:
		tell(topic, N_("Still waiting: {left} of {nominal} are left."));
		break;
	case TCPLEDGER_EXIT_EXPIRED:
		tell(topic, N_("It lasted {waited} and ended by its timer, as it should."));
		break;
	case TCPLEDGER_EXIT_REUSED:
		tell(topic, N_("It ended after {waited} of {nominal}: a new connection took the "
			       "same addresses and ports."));
		break;
	case TCPLEDGER_EXIT_RESET:
		tell(topic, N_("An RST ended it after {waited} of {nominal}."));
		break;
	case TCPLEDGER_EXIT_KILLED:
		tell(topic, N_("The socket was killed after {waited} of {nominal}."));
		break;
	case TCPLEDGER_EXIT_NETNS:
		tell(topic, N_("It ended with its network namespace, after {waited} of "
			       "{nominal}."));
		break;
	}
}

/* Whether an RST came in TIME_WAIT: one that is ignored counts nowhere. */
static bool met_rst(const struct record *record)
{
	bool waiting = false;
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (e->type == TCPLEDGER_ENTRY_STATE)
			waiting = e->to == TCPLEDGER_STATE_TIME_WAIT;
		else if (waiting && e->type == TCPLEDGER_ENTRY_IN && e->flags & TCPLEDGER_RST)
			return true;
	}
	return record->fixed.tw_exit == TCPLEDGER_EXIT_RESET;
}

static void judge_time_wait(const struct record *record, const char **topic)
{
	const struct tcpledger_record *r = &record->fixed;

	if (!(r->flags & TCPLEDGER_REC_TIME_WAIT))
		return;
	if (r->tw_nominal_ns >= 0)
		tell(topic, N_("TIME_WAIT lasts 2MSL, twice the maximum segment lifetime: "
			       "{nominal} on this kernel."));
	judge_exit(r, topic);
	if (r->tw_fin_reacks)
		tell(topic, N_("FINs of the peer acknowledged again: {reacks}. Without the wait "
			       "they would have been answered by an RST."));
	if (r->tw_old_duplicates)
		tell(topic, N_("Old segments absorbed: {duplicates}. Without the wait a new "
			       "connection might have accepted them as its own."));
	if (!r->tw_fin_reacks && !r->tw_old_duplicates && !met_rst(record))
		tell(topic, N_("No segment arrived that needed the wait."));
	if (r->tw_restarts)
		tell(topic, N_("Restarts of the timer: {restarts}."));
	if (r->tw_exit != TCPLEDGER_EXIT_LASTS && !(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT))
		tell(topic, N_("Its length is only a bound, because its beginning or its end was "
			       "not observed."));
}

/**
 * summary_reach - sum a connection up
 * @record: a checked record
 * @summary: set to what is to be said
 */
void summary_reach(const struct record *record, struct summary *summary)
{
	const struct tcpledger_record *r = &record->fixed;

	memset(summary, 0, sizeof(*summary));
	judge_opening(record, summary->opening);
	judge_closing(r, summary->closing);
	judge_time_wait(record, summary->time_wait);
	if (r->bytes_sent > 0 || r->bytes_received > 0)
		tell(summary->more, N_("Data: {sent} bytes sent, {received} received. Data "
				       "segments are not in the log, so the sequence numbers below "
				       "skip them."));
	if (r->flags & TCPLEDGER_REC_PARTIAL)
		tell(summary->more, N_("The beginning of the connection was not seen."));
	if (r->log_dropped)
		tell(summary->more, N_("Entries for which the log had no room: {dropped}."));
	if (!r->log_n)
		tell(summary->more, N_("The log is empty: nothing has happened that is logged."));
	if (r->peer_id)
		tell(summary->more, N_("The other end is on this host too: 'tcpledger explain "
				       "{record}' explains its side."));
}
