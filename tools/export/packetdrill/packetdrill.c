// SPDX-License-Identifier: GPL-2.0
/*
 * The script is the log read aloud: each segment that came is injected, each
 * that left is expected, each thing the program did is done, in the order of
 * the log and with its pauses. What a log cannot tell (payload, how a program
 * was written) is filled in as a comment says.
 */
#include "export/packetdrill/packetdrill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "export/packetdrill/drill_setup.h"
#include "export/packetdrill/play.h"
#include "meaning/words.h"

/* A later answer is not one that rides on a segment of its own accord. */
#define PIGGYBACK_NS	40000000	/* TCP_DELACK_MIN */

#define FIN_TIMEOUT_NS	60000000000LL	/* tcp_fin_timeout, for orphans only */
#define TIMER_SLACK_NS	200000000

static bool is_out(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_OUT && !(e->bits & TCPLEDGER_SEG_OTHER);
}

static bool is_credible_in(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_IN && !(e->bits & TCPLEDGER_SEG_REFUSED);
}

/**
 * packetdrill_check - whether a record can be made a script
 * @record: a checked record
 *
 * Return: 0, or an exit status with the error reported.
 */
int packetdrill_check(const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	const struct tcpledger_entry *first = NULL;
	unsigned int i;

	for (i = r->log_n; i-- > 0; )
		if (record->log[i].type == TCPLEDGER_ENTRY_IN || is_out(&record->log[i]))
			first = &record->log[i];
	if (first && (first->flags & TCPLEDGER_SYN))
		return FAIL_NONE;
	return fail_work("choose one whose opening is in its log",
			 "cannot make a script of record %llu: %s",
			 (unsigned long long)r->id,
			 first ? "its log does not begin with a SYN" : "it has no segment");
}

/* The next FIN or RST of ours from entry @n on, or NULL. */
static const struct tcpledger_entry *next_end(const struct play *play, unsigned int n)
{
	for (; n < play->record->fixed.log_n; n++) {
		const struct tcpledger_entry *e = &play->record->log[n];

		if (is_out(e) && (e->flags & (TCPLEDGER_FIN | TCPLEDGER_RST)))
			return e;
	}
	return NULL;
}

/*
 * Whether the program can only have shut down its sending side: payload came
 * after its FIN and was taken, or it waited longer than a kernel does alone.
 */
static bool is_half_close(const struct play *play, unsigned int n,
			  const struct tcpledger_entry *fin)
{
	const struct tcpledger_record *r = &play->record->fixed;

	if (r->residence_ns[TCPLEDGER_STATE_FIN_WAIT2] > FIN_TIMEOUT_NS + FIN_TIMEOUT_NS / 8)
		return true;
	for (; fin && n < r->log_n; n++) {
		const struct tcpledger_entry *e = &play->record->log[n];

		if (is_out(e) && (e->flags & TCPLEDGER_RST))
			return false;
		if (is_credible_in(e) && (e->flags & TCPLEDGER_FIN))
			return e->seq + e->len != fin->ack && e->seq + e->len + 1 != fin->ack;
	}
	return false;
}

/* How much of a segment's payload fits into one on packetdrill's device. */
static uint32_t last_piece(const struct play_flow *flow, const struct tcpledger_entry *e)
{
	return e->len < flow->mss ? e->len : flow->mss;
}

/*
 * Payload that the FIN must carry is written while the socket is corked, so
 * that it waits for it; with MSG_MORE it would lack its PSH.
 */
static void write_with_fin(struct play *play, int64_t t_ns, const struct tcpledger_entry *fin)
{
	uint32_t len = last_piece(&play->ours, fin);

	if (!len)
		return;
	if (fin->flags & TCPLEDGER_PSH) {
		drill_call(&play->drill, t_ns, "setsockopt(%d, SOL_TCP, TCP_CORK, [1], 4) = 0",
			   play->fd);
		drill_call(&play->drill, t_ns, "write(%d, ..., %u) = %u", play->fd, len, len);
	} else {
		drill_call(&play->drill, t_ns, "send(%d, ..., %u, MSG_MORE) = %u", play->fd,
			   len, len);
	}
}

/* The program ends its sending side: entry @n is the state change. */
static void end_sending(struct play *play, unsigned int n)
{
	const struct tcpledger_entry *change = &play->record->log[n];
	const struct tcpledger_entry *fin = next_end(play, n);

	if (play->closed || play->shut)
		return;
	play_accept(play, change->t_ns);
	if (fin && (fin->flags & TCPLEDGER_FIN)) {
		play_payload(play, play->drill.now_ns,
			     fin->seq + fin->len - last_piece(&play->ours, fin), fin->ack);
		if (play->fd != PLAY_NO_FD)
			write_with_fin(play, change->t_ns, fin);
	}
	if (play->fd == PLAY_NO_FD) {
		drill_comment(&play->drill, "the program had no descriptor of it yet");
		return;
	}
	play->shut = is_half_close(play, n, fin);
	play->closed = !play->shut;
	if (play->shut)
		drill_call(&play->drill, change->t_ns, "shutdown(%d, SHUT_WR) = 0", play->fd);
	else
		drill_call(&play->drill, change->t_ns, "close(%d) = 0", play->fd);
}

/*
 * The program gives the connection up. With an RST it either lingered for zero
 * seconds or left payload unread; the RST is the same.
 */
static void give_up(struct play *play, int64_t t_ns, const struct tcpledger_entry *reset)
{
	bool accepted = play->fd != PLAY_NO_FD;

	if (play->closed)
		return;
	if (reset && (reset->flags & TCPLEDGER_RST))
		play_payload(play, play->drill.now_ns, reset->seq,
			     reset->flags & TCPLEDGER_ACK ? reset->ack : play_last(&play->theirs));
	play_accept(play, t_ns);
	if (play->fd == PLAY_NO_FD && !play->listening)
		return;
	if (reset && play->fd != PLAY_NO_FD)
		drill_call(&play->drill, t_ns,
			   "setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0",
			   play->fd);
	if (!accepted && play->fd == PLAY_NO_FD)
		drill_comment(&play->drill, "the listening socket is closed");
	drill_call(&play->drill, t_ns, "close(%d) = 0",
		   play->fd != PLAY_NO_FD ? play->fd : 3);
	play->closed = true;
}

/* What the program did to cause a state change. */
static void act(struct play *play, unsigned int n)
{
	const struct tcpledger_entry *e = &play->record->log[n];

	if (e->to == TCPLEDGER_STATE_SYN_SENT) {
		drill_connect(play, e->t_ns);
	} else if (e->to == TCPLEDGER_STATE_FIN_WAIT1 || e->to == TCPLEDGER_STATE_LAST_ACK) {
		end_sending(play, n);
	} else if (e->to == TCPLEDGER_STATE_CLOSE) {
		if (e->from == TCPLEDGER_STATE_TIME_WAIT)
			drill_comment(&play->drill,
				      "TIME_WAIT was ended from outside: ss -K, or connect() took the tuple");
		else
			give_up(play, e->t_ns, next_end(play, n));
	}
}

/*
 * An ICMP message is what kept the connection from being made; which one shows
 * in the error.
 */
static void play_icmp(struct play *play, int64_t t_ns)
{
	const struct tcpledger_record *r = &play->record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	const char *code = NULL;

	if (r->error == EHOSTUNREACH)
		code = ipv6 ? "address_unreachable" : "host_unreachable";
	else if (r->error == ENETUNREACH)
		code = ipv6 ? "no_route" : "net_unreachable";
	else if (r->error == ECONNREFUSED)
		code = "port_unreachable";
	else if (r->error == EACCES && ipv6)
		code = "admin_prohibited";
	else if (r->error == ENOPROTOOPT && !ipv6)
		code = "protocol_unreachable";
	if (code)
		drill_call(&play->drill, t_ns, "< icmp unreachable %s [0:0(0)]", code);
	else
		drill_comment(&play->drill, "an error of the network that was not recorded");
}

static void play_change(struct play *play, unsigned int n)
{
	const struct tcpledger_entry *e = &play->record->log[n];

	drill_comment(&play->drill, "%s -> %s%s%s%s", words_get(&words_states, e->from),
		      words_get(&words_states, e->to), e->cause ? " (" : "",
		      e->cause ? words_get(&words_causes, e->cause) : "",
		      e->cause ? ")" : "");
	if (e->cause == TCPLEDGER_CAUSE_USER)
		act(play, n);
	else if (e->cause == TCPLEDGER_CAUSE_ERROR && e->to == TCPLEDGER_STATE_CLOSE &&
		 play->record->fixed.outcome == TCPLEDGER_OUTCOME_UNREACHABLE)
		play_icmp(play, e->t_ns);
}

static struct drill_segment describe(const struct play *play, const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	const struct play_flow *from = out ? &play->ours : &play->theirs;
	const struct play_flow *to = out ? &play->theirs : &play->ours;

	return (struct drill_segment){
		.out = out,
		.flags = e->flags,
		.seq = play_relative(from, e->seq),
		.ack = e->flags & TCPLEDGER_ACK ? play_relative(to, e->ack) : 0,
		.len = e->len,
		.win = e->win,
	};
}

static void advance(struct play_flow *flow, const struct drill_segment *s)
{
	uint32_t end = s->seq + s->len + !!(s->flags & TCPLEDGER_SYN) +
		       !!(s->flags & TCPLEDGER_FIN);

	if (!play_is_ahead(flow, end))
		return;
	flow->next = end;
	if (flow->left > 0 && s->len)
		flow->left -= s->len < flow->left ? s->len : flow->left;
}

/*
 * Payload before a segment that left, and its own unless a FIN carries it: the
 * kernel under test cuts it by its own MSS.
 */
static void send_payload(struct play *play, const struct tcpledger_entry *e)
{
	uint32_t ack = e->flags & TCPLEDGER_ACK ? e->ack : play_last(&play->theirs);
	uint32_t kept = e->flags & TCPLEDGER_FIN ? last_piece(&play->ours, e) : 0;

	play_payload(play, play->drill.now_ns, e->seq, ack);
	if (e->len > kept)
		play_payload(play, e->t_ns, e->seq + e->len - kept, ack);
}

static void play_out(struct play *play, unsigned int n)
{
	const struct tcpledger_entry *e = &play->record->log[n];
	struct drill_segment s = describe(play, e);
	bool payload = e->len && play_is_ahead(&play->ours, s.seq + s.len) &&
		       !(e->flags & (TCPLEDGER_SYN | TCPLEDGER_RST));

	if ((e->flags & TCPLEDGER_SYN) && !(e->flags & TCPLEDGER_ACK))
		drill_connect(play, e->t_ns);
	else if (payload || !e->len)
		send_payload(play, e);
	if (payload && !(e->flags & TCPLEDGER_FIN))
		return;
	s = describe(play, e);
	if (payload) {
		s.seq += s.len - last_piece(&play->ours, e);
		s.len = last_piece(&play->ours, e);
	}
	if (!drill_can(&s)) {
		drill_comment(&play->drill, "a segment left that packetdrill has no words for");
		return;
	}
	if ((e->flags & TCPLEDGER_SYN) && !(e->bits & TCPLEDGER_SEG_RETRANSMIT))
		drill_tell_options(play, true);
	drill_segment(&play->drill, e->t_ns, &s);
	advance(&play->ours, &s);
}

/* Whether the kernel answers payload that came in entry @n by an ACK alone. */
static bool is_answered_alone(const struct play *play, unsigned int n, uint32_t end)
{
	const struct tcpledger_entry *in = &play->record->log[n], *e;

	for (n++; n < play->record->fixed.log_n; n++) {
		e = &play->record->log[n];
		if (is_out(e))
			return e->ack - end > UINT32_MAX / 2 ||
			       e->t_ns - in->t_ns > PIGGYBACK_NS;
	}
	return true;
}

/* Payload that was logged: the kernel answers, the program reads. */
static void take_payload(struct play *play, unsigned int n, uint32_t before)
{
	const struct tcpledger_entry *e = &play->record->log[n];
	uint32_t len = last_piece(&play->theirs, e);

	if (!e->len || play->closed || !play->handshake || play->theirs.next == before ||
	    (e->flags & TCPLEDGER_RST))
		return;
	if (!(e->flags & TCPLEDGER_FIN) && is_answered_alone(play, n, e->seq + e->len))
		play_acknowledged(play);
	play_read(play, e->t_ns, len);
}

/* Payload before the last piece of a segment that came. */
static void receive_payload(struct play *play, const struct tcpledger_entry *e)
{
	play_payload(play, play->drill.now_ns,
		     e->flags & TCPLEDGER_ACK ? e->ack : play_last(&play->ours),
		     e->seq + e->len - last_piece(&play->theirs, e));
}

/* TCP drops what a SYN carries, unless it was opened fast. */
static void take_syn_payload(struct play *play, const struct drill_segment *s)
{
	if (play->record->fixed.flags & TCPLEDGER_REC_FASTOPEN)
		play->unread += s->len;
	else
		play->theirs.next = s->seq + 1;
}

/*
 * The third ACK of a handshake has nothing wrong with it and yet was refused:
 * the queue of the listener was full, which packetdrill cannot bring about.
 */
static bool is_queue_full(const struct play *play, const struct tcpledger_entry *e,
			  const struct drill_segment *s)
{
	return play->listening && !play->handshake && (e->bits & TCPLEDGER_SEG_REFUSED) &&
	       (e->flags & (TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK)) == TCPLEDGER_ACK &&
	       s->seq == play->theirs.next && s->ack == play->ours.next;
}

static void play_in(struct play *play, unsigned int n)
{
	const struct tcpledger_entry *e = &play->record->log[n];
	uint32_t before = play->theirs.next;
	char options[64];
	struct drill_segment s;

	if (is_credible_in(e) && !(e->flags & TCPLEDGER_SYN))
		receive_payload(play, e);
	s = describe(play, e);
	if (play_is_ahead(&play->theirs, s.seq + s.len)) {
		s.seq += s.len - last_piece(&play->theirs, e);
		s.len = last_piece(&play->theirs, e);
	}
	if (!drill_can(&s)) {
		drill_comment(&play->drill, "a segment came that packetdrill has no words for");
		return;
	}
	if (is_queue_full(play, e, &s)) {
		drill_comment(&play->drill,
			      "an ACK came that the listener dropped, having no room in its queue");
		return;
	}
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		drill_comment(&play->drill, "TCP refused this one");
	if ((e->flags & TCPLEDGER_SYN) && drill_options(play, e, options, sizeof(options)))
		s.options = options;
	drill_segment(&play->drill, e->t_ns, &s);
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		return;
	play->win = e->win;
	advance(&play->theirs, &s);
	if ((e->flags & TCPLEDGER_SYN) && s.len)
		take_syn_payload(play, &s);
	if ((e->flags & TCPLEDGER_ACK) && !(e->flags & TCPLEDGER_RST)) {
		play->acked = s.ack;
		play->handshake |= play->ours.next && s.ack == play->ours.next;
	}
	take_payload(play, n, before);
}

static void play_entry(struct play *play, unsigned int n)
{
	const struct tcpledger_entry *e = &play->record->log[n];
	int64_t accepted = play->record->fixed.accept_ns;

	if (accepted >= 0 && accepted <= e->t_ns)
		play_accept(play, accepted);
	switch (e->type) {
	case TCPLEDGER_ENTRY_STATE:
		play_change(play, n);
		break;
	case TCPLEDGER_ENTRY_NOTE:
		drill_comment(&play->drill, "%s", words_get(&words_anomalies, e->tag));
		break;
	case TCPLEDGER_ENTRY_OUT:
		if (e->bits & TCPLEDGER_SEG_OTHER)
			drill_comment(&play->drill, "a segment left that TCP did not send");
		else
			play_out(play, n);
		break;
	case TCPLEDGER_ENTRY_IN:
		if (drill_is_dropped(play))
			drill_comment(&play->drill, "a SYN came and was dropped");
		else
			play_in(play, n);
		break;
	}
}

/*
 * How the program learns of the end, if it holds the socket still: a timer may
 * be an eighth late (Linux's timer wheel).
 */
static void play_end(struct play *play)
{
	const struct tcpledger_record *r = &play->record->fixed;
	int64_t t_ns = play->drill.now_ns;
	const char *error = words_error(r->error);

	if (r->flags & TCPLEDGER_REC_LIVE) {
		drill_comment(&play->drill, "%s when it was exported",
			      words_get(&words_states, r->state));
		return;
	}
	if (r->accept_ns >= 0)
		play_accept(play, r->accept_ns);
	if (play->fd == PLAY_NO_FD || play->closed)
		return;
	if (error && r->outcome != TCPLEDGER_OUTCOME_ABORTED) {
		if (r->ended_ns > t_ns)
			t_ns = r->ended_ns + (r->ended_ns - t_ns) / 8 + TIMER_SLACK_NS;
		drill_call(&play->drill, t_ns,
			   "getsockopt(%d, SOL_SOCKET, SO_ERROR, [%s], [4]) = 0", play->fd, error);
	}
	drill_call(&play->drill, t_ns, "close(%d) = 0", play->fd);
}

/**
 * packetdrill_write - write the script of a record
 * @out: where to write
 * @record: a record that packetdrill_check() has passed
 */
void packetdrill_write(struct text *out, const struct record *record)
{
	struct play play;
	unsigned int i;

	play_begin(&play, record, out);
	drill_head(&play);
	drill_setup(&play);
	for (i = 0; i < record->fixed.log_n; i++)
		play_entry(&play, i);
	play_end(&play);
}
