// SPDX-License-Identifier: GPL-2.0
/*
 * The script is the log read aloud: each segment that came is injected, each
 * that left is expected, each thing the program did is done, in the order of
 * the log and with its pauses. What a log cannot tell (payload, how a program
 * was written) is filled in as a comment says.
 */
#include "present/export/packetdrill/packetdrill.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fail.h"
#include "present/export/packetdrill/prologue.h"
#include "present/export/packetdrill/replay.h"
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
static const struct tcpledger_entry *next_end(const struct replay *replay, unsigned int n)
{
	for (; n < replay->record->fixed.log_n; n++) {
		const struct tcpledger_entry *e = &replay->record->log[n];

		if (is_out(e) && (e->flags & (TCPLEDGER_FIN | TCPLEDGER_RST)))
			return e;
	}
	return NULL;
}

/*
 * Whether the program can only have shut down its sending side: payload came
 * after its FIN and was taken, or it waited longer than a kernel does alone.
 */
static bool is_half_close(const struct replay *replay, unsigned int n,
			  const struct tcpledger_entry *fin)
{
	const struct tcpledger_record *r = &replay->record->fixed;

	if (r->residence_ns[TCPLEDGER_STATE_FIN_WAIT2] > FIN_TIMEOUT_NS + FIN_TIMEOUT_NS / 8)
		return true;
	for (; fin && n < r->log_n; n++) {
		const struct tcpledger_entry *e = &replay->record->log[n];

		if (is_out(e) && (e->flags & TCPLEDGER_RST))
			return false;
		if (is_credible_in(e) && (e->flags & TCPLEDGER_FIN))
			return e->seq + e->len != fin->ack && e->seq + e->len + 1 != fin->ack;
	}
	return false;
}

/* How much of a segment's payload fits into one on packetdrill's device. */
static uint32_t last_piece(const struct replay_flow *flow, const struct tcpledger_entry *e)
{
	return e->len < flow->mss ? e->len : flow->mss;
}

/*
 * Payload that the FIN must carry is written while the socket is corked, so
 * that it waits for it; with MSG_MORE it would lack its PSH.
 */
static void write_with_fin(struct replay *replay, int64_t t_ns, const struct tcpledger_entry *fin)
{
	uint32_t len = last_piece(&replay->ours, fin);

	if (!len)
		return;
	if (fin->flags & TCPLEDGER_PSH) {
		script_call(&replay->script, t_ns, "setsockopt(%d, SOL_TCP, TCP_CORK, [1], 4) = 0",
			    replay->fd);
		script_call(&replay->script, t_ns, "write(%d, ..., %u) = %u", replay->fd, len, len);
	} else {
		script_call(&replay->script, t_ns, "send(%d, ..., %u, MSG_MORE) = %u", replay->fd,
			    len, len);
	}
}

/* The program ends its sending side: entry @n is the state change. */
static void end_sending(struct replay *replay, unsigned int n)
{
	const struct tcpledger_entry *change = &replay->record->log[n];
	const struct tcpledger_entry *fin = next_end(replay, n);

	if (replay->closed || replay->shut)
		return;
	replay_accept(replay, change->t_ns);
	if (fin && (fin->flags & TCPLEDGER_FIN)) {
		replay_payload(replay, replay->script.now_ns,
			       fin->seq + fin->len - last_piece(&replay->ours, fin), fin->ack);
		if (replay->fd != REPLAY_NO_FD)
			write_with_fin(replay, change->t_ns, fin);
	}
	if (replay->fd == REPLAY_NO_FD) {
		script_comment(&replay->script, "the program had no descriptor of it yet");
		return;
	}
	replay->shut = is_half_close(replay, n, fin);
	replay->closed = !replay->shut;
	if (replay->shut)
		script_call(&replay->script, change->t_ns, "shutdown(%d, SHUT_WR) = 0", replay->fd);
	else
		script_call(&replay->script, change->t_ns, "close(%d) = 0", replay->fd);
}

/*
 * The program gives the connection up. With an RST it either lingered for zero
 * seconds or left payload unread; the RST is the same.
 */
static void give_up(struct replay *replay, int64_t t_ns, const struct tcpledger_entry *reset)
{
	bool accepted = replay->fd != REPLAY_NO_FD;

	if (replay->closed)
		return;
	if (reset && (reset->flags & TCPLEDGER_RST))
		replay_payload(replay, replay->script.now_ns, reset->seq,
			       reset->flags & TCPLEDGER_ACK ? reset->ack :
							      replay_last(&replay->theirs));
	replay_accept(replay, t_ns);
	if (replay->fd == REPLAY_NO_FD && !replay->listening)
		return;
	if (reset && replay->fd != REPLAY_NO_FD)
		script_call(&replay->script, t_ns,
			    "setsockopt(%d, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0",
			    replay->fd);
	if (!accepted && replay->fd == REPLAY_NO_FD)
		script_comment(&replay->script, "the listening socket is closed");
	script_call(&replay->script, t_ns, "close(%d) = 0",
		    replay->fd != REPLAY_NO_FD ? replay->fd : 3);
	replay->closed = true;
}

/* What the program did to cause a state change. */
static void act(struct replay *replay, unsigned int n)
{
	const struct tcpledger_entry *e = &replay->record->log[n];

	if (e->to == TCPLEDGER_STATE_SYN_SENT) {
		prologue_connect(replay, e->t_ns);
	} else if (e->to == TCPLEDGER_STATE_FIN_WAIT1 || e->to == TCPLEDGER_STATE_LAST_ACK) {
		end_sending(replay, n);
	} else if (e->to == TCPLEDGER_STATE_CLOSE) {
		if (e->from == TCPLEDGER_STATE_TIME_WAIT)
			script_comment(&replay->script,
				       "TIME_WAIT was ended from outside: ss -K, or connect() took the tuple");
		else
			give_up(replay, e->t_ns, next_end(replay, n));
	}
}

/*
 * An ICMP message is what kept the connection from being made; which one shows
 * in the error.
 */
static void replay_icmp(struct replay *replay, int64_t t_ns)
{
	const struct tcpledger_record *r = &replay->record->fixed;
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
		script_call(&replay->script, t_ns, "< icmp unreachable %s [0:0(0)]", code);
	else
		script_comment(&replay->script, "an error of the network that was not recorded");
}

static void replay_change(struct replay *replay, unsigned int n)
{
	const struct tcpledger_entry *e = &replay->record->log[n];

	script_comment(&replay->script, "%s -> %s%s%s%s", words_get(&words_states, e->from),
		       words_get(&words_states, e->to), e->cause ? " (" : "",
		       e->cause ? words_get(&words_causes, e->cause) : "",
		       e->cause ? ")" : "");
	if (e->cause == TCPLEDGER_CAUSE_USER)
		act(replay, n);
	else if (e->cause == TCPLEDGER_CAUSE_ERROR && e->to == TCPLEDGER_STATE_CLOSE &&
		 replay->record->fixed.outcome == TCPLEDGER_OUTCOME_UNREACHABLE)
		replay_icmp(replay, e->t_ns);
}

static struct script_segment describe(const struct replay *replay, const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	const struct replay_flow *from = out ? &replay->ours : &replay->theirs;
	const struct replay_flow *to = out ? &replay->theirs : &replay->ours;

	return (struct script_segment){
		.out = out,
		.flags = e->flags,
		.seq = replay_relative(from, e->seq),
		.ack = e->flags & TCPLEDGER_ACK ? replay_relative(to, e->ack) : 0,
		.len = e->len,
		.win = e->win,
	};
}

static void advance(struct replay_flow *flow, const struct script_segment *s)
{
	uint32_t end = s->seq + s->len + !!(s->flags & TCPLEDGER_SYN) +
		       !!(s->flags & TCPLEDGER_FIN);

	if (!replay_is_ahead(flow, end))
		return;
	flow->next = end;
	if (flow->left > 0 && s->len)
		flow->left -= s->len < flow->left ? s->len : flow->left;
}

/*
 * Payload before a segment that left, and its own unless a FIN carries it: the
 * kernel under test cuts it by its own MSS.
 */
static void send_payload(struct replay *replay, const struct tcpledger_entry *e)
{
	uint32_t ack = e->flags & TCPLEDGER_ACK ? e->ack : replay_last(&replay->theirs);
	uint32_t kept = e->flags & TCPLEDGER_FIN ? last_piece(&replay->ours, e) : 0;

	replay_payload(replay, replay->script.now_ns, e->seq, ack);
	if (e->len > kept)
		replay_payload(replay, e->t_ns, e->seq + e->len - kept, ack);
}

static void replay_out(struct replay *replay, unsigned int n)
{
	const struct tcpledger_entry *e = &replay->record->log[n];
	struct script_segment s = describe(replay, e);
	bool payload = e->len && replay_is_ahead(&replay->ours, s.seq + s.len) &&
		       !(e->flags & (TCPLEDGER_SYN | TCPLEDGER_RST));

	if ((e->flags & TCPLEDGER_SYN) && !(e->flags & TCPLEDGER_ACK))
		prologue_connect(replay, e->t_ns);
	else if (payload || !e->len)
		send_payload(replay, e);
	if (payload && !(e->flags & TCPLEDGER_FIN))
		return;
	s = describe(replay, e);
	if (payload) {
		s.seq += s.len - last_piece(&replay->ours, e);
		s.len = last_piece(&replay->ours, e);
	}
	if (!script_can_express(&s)) {
		script_comment(&replay->script, "a segment left that packetdrill has no words for");
		return;
	}
	if ((e->flags & TCPLEDGER_SYN) && !(e->bits & TCPLEDGER_SEG_RETRANSMIT))
		prologue_tell_options(replay, true);
	script_segment(&replay->script, e->t_ns, &s);
	advance(&replay->ours, &s);
}

/* Whether the kernel answers payload that came in entry @n by an ACK alone. */
static bool is_answered_alone(const struct replay *replay, unsigned int n, uint32_t end)
{
	const struct tcpledger_entry *in = &replay->record->log[n], *e;

	for (n++; n < replay->record->fixed.log_n; n++) {
		e = &replay->record->log[n];
		if (is_out(e))
			return e->ack - end > UINT32_MAX / 2 ||
			       e->t_ns - in->t_ns > PIGGYBACK_NS;
	}
	return true;
}

/* Payload that was logged: the kernel answers, the program reads. */
static void take_payload(struct replay *replay, unsigned int n, uint32_t before)
{
	const struct tcpledger_entry *e = &replay->record->log[n];
	uint32_t len = last_piece(&replay->theirs, e);

	if (!e->len || replay->closed || !replay->handshake || replay->theirs.next == before ||
	    (e->flags & TCPLEDGER_RST))
		return;
	if (!(e->flags & TCPLEDGER_FIN) && is_answered_alone(replay, n, e->seq + e->len))
		replay_acknowledged(replay);
	replay_read(replay, e->t_ns, len);
}

/* Payload before the last piece of a segment that came. */
static void receive_payload(struct replay *replay, const struct tcpledger_entry *e)
{
	replay_payload(replay, replay->script.now_ns,
		       e->flags & TCPLEDGER_ACK ? e->ack : replay_last(&replay->ours),
		       e->seq + e->len - last_piece(&replay->theirs, e));
}

/* TCP drops what a SYN carries, unless it was opened fast. */
static void take_syn_payload(struct replay *replay, const struct script_segment *s)
{
	if (replay->record->fixed.flags & TCPLEDGER_REC_FASTOPEN)
		replay->unread += s->len;
	else
		replay->theirs.next = s->seq + 1;
}

/*
 * The third ACK of a handshake has nothing wrong with it and yet was refused:
 * the queue of the listener was full, which packetdrill cannot bring about.
 */
static bool is_queue_full(const struct replay *replay, const struct tcpledger_entry *e,
			  const struct script_segment *s)
{
	return replay->listening && !replay->handshake && (e->bits & TCPLEDGER_SEG_REFUSED) &&
	       (e->flags & (TCPLEDGER_SYN | TCPLEDGER_RST | TCPLEDGER_ACK)) == TCPLEDGER_ACK &&
	       s->seq == replay->theirs.next && s->ack == replay->ours.next;
}

static void replay_in(struct replay *replay, unsigned int n)
{
	const struct tcpledger_entry *e = &replay->record->log[n];
	uint32_t before = replay->theirs.next;
	char options[64];
	struct script_segment s;

	if (is_credible_in(e) && !(e->flags & TCPLEDGER_SYN))
		receive_payload(replay, e);
	s = describe(replay, e);
	if (replay_is_ahead(&replay->theirs, s.seq + s.len)) {
		s.seq += s.len - last_piece(&replay->theirs, e);
		s.len = last_piece(&replay->theirs, e);
	}
	if (!script_can_express(&s)) {
		script_comment(&replay->script, "a segment came that packetdrill has no words for");
		return;
	}
	if (is_queue_full(replay, e, &s)) {
		script_comment(&replay->script,
			       "an ACK came that the listener dropped, having no room in its queue");
		return;
	}
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		script_comment(&replay->script, "TCP refused this one");
	if ((e->flags & TCPLEDGER_SYN) && prologue_options(replay, e, options, sizeof(options)))
		s.options = options;
	script_segment(&replay->script, e->t_ns, &s);
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		return;
	replay->win = e->win;
	advance(&replay->theirs, &s);
	if ((e->flags & TCPLEDGER_SYN) && s.len)
		take_syn_payload(replay, &s);
	if ((e->flags & TCPLEDGER_ACK) && !(e->flags & TCPLEDGER_RST)) {
		replay->acked = s.ack;
		replay->handshake |= replay->ours.next && s.ack == replay->ours.next;
	}
	take_payload(replay, n, before);
}

static void replay_entry(struct replay *replay, unsigned int n)
{
	const struct tcpledger_entry *e = &replay->record->log[n];
	int64_t accepted = replay->record->fixed.accept_ns;

	if (accepted >= 0 && accepted <= e->t_ns)
		replay_accept(replay, accepted);
	switch (e->type) {
	case TCPLEDGER_ENTRY_STATE:
		replay_change(replay, n);
		break;
	case TCPLEDGER_ENTRY_NOTE:
		script_comment(&replay->script, "%s", words_get(&words_anomalies, e->tag));
		break;
	case TCPLEDGER_ENTRY_OUT:
		if (e->bits & TCPLEDGER_SEG_OTHER)
			script_comment(&replay->script, "a segment left that TCP did not send");
		else
			replay_out(replay, n);
		break;
	case TCPLEDGER_ENTRY_IN:
		if (prologue_is_dropped(replay))
			script_comment(&replay->script, "a SYN came and was dropped");
		else
			replay_in(replay, n);
		break;
	}
}

/*
 * How the program learns of the end, if it holds the socket still: a timer may
 * be an eighth late (Linux's timer wheel).
 */
static void replay_end(struct replay *replay)
{
	const struct tcpledger_record *r = &replay->record->fixed;
	int64_t t_ns = replay->script.now_ns;
	const char *error = words_error(r->error);

	if (r->flags & TCPLEDGER_REC_LIVE) {
		script_comment(&replay->script, "%s when it was exported",
			       words_get(&words_states, r->state));
		return;
	}
	if (r->accept_ns >= 0)
		replay_accept(replay, r->accept_ns);
	if (replay->fd == REPLAY_NO_FD || replay->closed)
		return;
	if (error && r->outcome != TCPLEDGER_OUTCOME_ABORTED) {
		if (r->ended_ns > t_ns)
			t_ns = r->ended_ns + (r->ended_ns - t_ns) / 8 + TIMER_SLACK_NS;
		script_call(&replay->script, t_ns,
			    "getsockopt(%d, SOL_SOCKET, SO_ERROR, [%s], [4]) = 0", replay->fd,
			    error);
	}
	script_call(&replay->script, t_ns, "close(%d) = 0", replay->fd);
}

/**
 * packetdrill_write - write the script of a record
 * @out: where to write
 * @record: a record that packetdrill_check() has passed
 */
void packetdrill_write(struct text *out, const struct record *record)
{
	struct replay replay;
	unsigned int i;

	replay_begin(&replay, record, out);
	prologue_head(&replay);
	prologue_setup(&replay);
	for (i = 0; i < record->fixed.log_n; i++)
		replay_entry(&replay, i);
	replay_end(&replay);
}
