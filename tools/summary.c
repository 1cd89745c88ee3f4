// SPDX-License-Identifier: GPL-2.0
#include "summary.h"

#include <stdbool.h>
#include <string.h>

#include "language.h"
#include "reader.h"

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
		N_("An RST ended the handshake after the SYN/ACK: one side changed its mind or "
		   "knew nothing of it."),
		N_("An RST ended the handshake after our SYN/ACK: the peer gave up, was a port "
		   "scanner, or had never asked; or the program closed its listener."),
	},
	[TCPLEDGER_OUTCOME_TIMED_OUT] = {
		N_("The handshake timed out: nothing answered our SYN, although we sent it again "
		   "{tries} times. The peer is down, the way there or back is broken, or a "
		   "firewall drops SYNs."),
		N_("The handshake timed out: no ACK answered our SYN/ACK, although we sent it "
		   "again {answers} times. The client is gone, its address was forged, or the way "
		   "back is broken."),
	},
	[TCPLEDGER_OUTCOME_UNREACHABLE] = {
		N_("The network said by ICMP that the peer cannot be reached ({error}). Look at "
		   "routes and firewalls: 'ip route get', traceroute."),
		N_("The network said by ICMP that the client cannot be reached ({error})."),
	},
	[TCPLEDGER_OUTCOME_ABORTED] = {
		N_("{who} gave up before the handshake was complete, perhaps by its own time "
		   "limit."),
		N_("This host gave up before the handshake was complete."),
	},
	[TCPLEDGER_OUTCOME_DROPPED] = {
		N_("The connection came to nothing: the handshake was dropped here."),
		N_("The connection came to nothing here: our TCP never answered the SYN, or never "
		   "took the third ACK. The anomalies below say why, where it could be seen."),
	},
};

static const char *const kinds[TCPLEDGER_KIND_MAX] = {
	[TCPLEDGER_KIND_FOUR_SEGMENT] = N_("Closed in order with four segments: FIN, ACK, FIN, "
					   "ACK. Each direction was closed by itself."),
	[TCPLEDGER_KIND_THREE_SEGMENT] = N_("Closed in order with three segments: FIN, FIN with "
					    "ACK, ACK. The second side closed before it had "
					    "acknowledged the first FIN."),
	[TCPLEDGER_KIND_SIMULTANEOUS] = N_("Closed in order by both sides at once: the FINs "
					   "crossed."),
	[TCPLEDGER_KIND_TIMED_OUT] = N_("Given up: the other side did not answer, or did not "
					"close, for too long."),
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

static bool is_self_connect(const struct tcpledger_record *r)
{
	return r->lport == r->rport && !memcmp(r->local, r->remote, sizeof(r->local));
}

static void judge_opening(const struct tcpledger_record *r, const char **topic)
{
	if (r->role == TCPLEDGER_ROLE_ADOPTED)
		tell(topic, N_("It existed before the module was loaded; how it was opened was "
			       "not seen."));
	else if (is_self_connect(r))
		tell(topic, N_("A self-connect: {who} connected to an ephemeral port of its own "
			       "host and met itself, so every segment is ours going out and "
			       "coming in."));
	else if (r->role == TCPLEDGER_ROLE_SIMULTANEOUS &&
		 r->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		tell(topic, N_("Both sides called connect() at once, and the SYNs crossed: a "
			       "simultaneous open."));
	else if (r->flags & TCPLEDGER_REC_FASTOPEN &&
		 r->outcome == TCPLEDGER_OUTCOME_ESTABLISHED)
		tell(topic, N_("Opened with TCP Fast Open: the SYN carried data, so no round trip "
			       "was spent on waiting."));
	else
		tell(topic, r->role == TCPLEDGER_ROLE_PASSIVE ? outcomes[r->outcome].passive :
								 outcomes[r->outcome].active);
	if (r->handshake_ns >= 0)
		tell(topic, N_("From the first SYN to ESTABLISHED it took {handshake}."));
	if (r->flags & TCPLEDGER_REC_SYNCOOKIE)
		tell(topic, N_("It went with a SYN cookie, because the queue of half-open "
			       "connections was full."));
	if (r->outcome != TCPLEDGER_OUTCOME_TIMED_OUT) {
		if (r->syn_retransmits)
			tell(topic, N_("SYNs sent again: {tries}."));
		if (r->synack_retransmits)
			tell(topic, N_("SYN/ACKs sent again: {answers}."));
	}
}

static void judge_open_state(const struct tcpledger_record *r, const char **topic)
{
	if (!(r->flags & TCPLEDGER_REC_LIVE))
		return;
	switch (r->state) {
	case TCPLEDGER_STATE_ESTABLISHED:
		tell(topic, N_("Not closed: it has been open for {age}."));
		break;
	case TCPLEDGER_STATE_CLOSE_WAIT:
		tell(topic, N_("The peer closed its direction {age} ago, and {who} has not closed "
			       "ours. If that lasts, the program has forgotten a close() and "
			       "leaks sockets."));
		break;
	case TCPLEDGER_STATE_FIN_WAIT2:
		tell(topic, N_("Half-closed: we are done, and the peer has not closed its "
			       "direction, for {age} now."));
		break;
	default:
		tell(topic, N_("It has been in {state} for {age}."));
	}
}

static void judge_reset(const struct tcpledger_record *r, const char **topic)
{
	if (r->reset_by == TCPLEDGER_SIDE_REMOTE)
		tell(topic, N_("Aborted by the peer: its RST ended the connection, and what was "
			       "not yet delivered is lost."));
	else if (r->reset_by == TCPLEDGER_SIDE_LOCAL)
		tell(topic, N_("Aborted by this side with an RST; what was not yet delivered is "
			       "lost."));
	else
		tell(topic, N_("Aborted; what was not yet delivered is lost."));
}

static void judge_first(const struct tcpledger_record *r, const char **topic)
{
	bool waits = r->flags & TCPLEDGER_REC_TIME_WAIT;

	if (r->local_fin_ns < 0 && r->remote_fin_ns < 0)
		return;
	if (r->first == TCPLEDGER_SIDE_LOCAL)
		tell(topic, waits ? N_("We closed first, so the wait of 2MSL was ours.") :
				    N_("We closed first."));
	if (r->first == TCPLEDGER_SIDE_REMOTE)
		tell(topic, waits ? N_("The peer closed first.") :
				    N_("The peer closed first, so it is the peer that waits 2MSL, "
				       "not we."));
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
	else
		tell(topic, kinds[r->kind]);
	judge_first(r, topic);
	if (r->half_close_ns >= 0 && r->kind != TCPLEDGER_KIND_SIMULTANEOUS)
		tell(topic, r->kind == TCPLEDGER_KIND_THREE_SEGMENT ?
		     N_("The second FIN came {half} after the first.") :
		     N_("Between the two FINs it was half-closed for {half}."));
	if (r->fin_retransmits)
		tell(topic, N_("FINs sent again: {fins}."));
	if (r->error > 0)
		tell(topic, N_("The program got {error}."));
}

static void judge_exit(const struct tcpledger_record *r, const char **topic)
{
	switch (r->tw_exit) {
	case TCPLEDGER_EXIT_LASTS:
		tell(topic, N_("It lasts: {left} of {nominal} are left."));
		break;
	case TCPLEDGER_EXIT_EXPIRED:
		tell(topic, N_("It lasted {waited} and ended by its timer, as it should; nominal "
			       "are {nominal}."));
		break;
	case TCPLEDGER_EXIT_REUSED:
		tell(topic, N_("It ended after {waited} of {nominal}, because a new connection "
			       "took the same addresses and ports."));
		break;
	case TCPLEDGER_EXIT_RESET:
		tell(topic, N_("An RST ended it after {waited} of {nominal}."));
		break;
	case TCPLEDGER_EXIT_KILLED:
		tell(topic, N_("It was killed after {waited} of {nominal}."));
		break;
	case TCPLEDGER_EXIT_NETNS:
		tell(topic, N_("It ended after {waited} of {nominal} with its network namespace."));
		break;
	}
}

static void judge_time_wait(const struct tcpledger_record *r, const char **topic)
{
	if (!(r->flags & TCPLEDGER_REC_TIME_WAIT))
		return;
	judge_exit(r, topic);
	if (r->tw_fin_reacks)
		tell(topic, N_("FINs of the peer acknowledged again: {reacks}; without the wait "
			       "they would have met an RST."));
	if (r->tw_old_duplicates)
		tell(topic, N_("Old segments absorbed: {duplicates}; without the wait a new "
			       "connection might have taken them for its own."));
	if (!r->tw_fin_reacks && !r->tw_old_duplicates)
		tell(topic, N_("Nothing came in that time that needed it."));
	if (r->tw_restarts)
		tell(topic, N_("Restarts of the timer: {restarts}."));
	if (r->tw_exit != TCPLEDGER_EXIT_LASTS && !(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT))
		tell(topic, N_("Its length is only a bound: the beginning or the end was not "
			       "observed."));
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
	judge_opening(r, summary->opening);
	judge_closing(r, summary->closing);
	judge_time_wait(r, summary->time_wait);
	if (r->bytes_sent > 0 || r->bytes_received > 0)
		tell(summary->more, N_("Data: {sent} bytes sent, {received} received. Data "
				       "segments are not in the log, so the numbers below jump "
				       "over them."));
	if (r->flags & TCPLEDGER_REC_PARTIAL)
		tell(summary->more, N_("The beginning of the connection was not seen."));
	if (r->log_dropped)
		tell(summary->more, N_("Entries that the log had no room for: {dropped}."));
	if (!r->log_n)
		tell(summary->more, N_("The log is empty: nothing happened that is logged."));
	if (r->peer_id)
		tell(summary->more, N_("The other end is on this host too: 'tcpledger explain "
				       "{record}' tells its side."));
}
