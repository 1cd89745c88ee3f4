// SPDX-License-Identifier: GPL-2.0
#include "present/export/packetdrill/prologue.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "present/export/packetdrill/replay.h"
#include "meaning/words.h"
#include "present/print/format.h"

#define ECN_OFFER	(TCPLEDGER_ECE | TCPLEDGER_CWR)

/* Intervals between SYNs that count as equal, tcp_syn_linear_timeouts of Linux 6.5. */
#define FIRST_TIMEOUT_NS	1500000000

static bool is_syn(const struct tcpledger_entry *e, enum tcpledger_entry_type type)
{
	return e->type == type && !(e->bits & TCPLEDGER_SEG_OTHER) &&
	       (e->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == TCPLEDGER_SYN;
}

static bool is_synack_out(const struct tcpledger_entry *e)
{
	return e->type == TCPLEDGER_ENTRY_OUT && !(e->bits & TCPLEDGER_SEG_OTHER) &&
	       (e->flags & (TCPLEDGER_SYN | TCPLEDGER_ACK)) == (TCPLEDGER_SYN | TCPLEDGER_ACK);
}

/**
 * prologue_is_dropped - whether TCP never answered
 * @replay: the script
 *
 * Return: true if a listener threw the SYN away, which packetdrill cannot make
 * it do.
 */
bool prologue_is_dropped(const struct replay *replay)
{
	const struct record *record = replay->record;
	unsigned int i;

	if (record->fixed.outcome != TCPLEDGER_OUTCOME_DROPPED)
		return false;
	for (i = 0; i < record->fixed.log_n; i++)
		if (is_synack_out(&record->log[i]))
			return false;
	return true;
}

static void tell_who(struct replay *replay)
{
	const struct tcpledger_record *r = &replay->record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	struct text who = { 0 };

	format_endpoint(&who, r->local, ipv6, r->lport);
	text_string(&who, " and ");
	format_endpoint(&who, r->remote, ipv6, r->rport);
	script_comment(&replay->script,
		       "Record %llu of tcpledger: %s, as packetdrill plays it. The first is the kernel under test.",
		       (unsigned long long)r->id, text_terminated(&who));
	text_free(&who);
	if (replay->record->comm[0])
		script_comment(&replay->script, "Program: %s", replay->record->comm);
	script_comment(&replay->script, "Opened: %s, %s. Closed: %s.",
		       words_get(&words_roles, r->role),
		       words_get(&words_outcomes, r->outcome),
		       r->kind ? words_get(&words_kinds, r->kind) : "no");
}

static void tell_limits(struct replay *replay)
{
	const struct tcpledger_record *r = &replay->record->fixed;

	script_comment(&replay->script,
		       "Not checked, as it is up to the kernel under test: TTL, window and options of what it sends.");
	if (r->timestamps == 1)
		script_comment(&replay->script,
			       "Not played: timestamps, which both ends had agreed on; their values were not recorded.");
	if (r->log_dropped)
		script_comment(&replay->script,
			       "Not played: %u entries that the log had no room for.",
			       r->log_dropped);
	if (prologue_is_dropped(replay))
		script_comment(&replay->script,
			       "Not played: that the listener dropped the SYN; packetdrill cannot fill its queues.");
	else if (r->outcome == TCPLEDGER_OUTCOME_DROPPED)
		script_comment(&replay->script,
			       "Not played: that the listener dropped the third ACK; packetdrill cannot fill its queue.");
	if (r->flags & TCPLEDGER_REC_FASTOPEN)
		script_comment(&replay->script,
			       "Not played: the Fast Open cookie; the kernel is told to do without.");
	script_comment(&replay->script,
		       "It changes settings of its network namespace: run it as 'unshare -n packetdrill FILE'.");
}

/**
 * prologue_head - what stands at the top
 * @replay: the script
 *
 * Timings are compared to a tenth of a second: a timer of Linux, in a virtual
 * machine, is not more exact; order and numbers are what counts.
 */
void prologue_head(struct replay *replay)
{
	bool ipv6 = replay->record->fixed.flags & TCPLEDGER_REC_IPV6;

	tell_who(replay);
	tell_limits(replay);
	text_printf(replay->script.out, "--tolerance_usecs=100000\n--ip_version=%s\n",
		    ipv6 ? "ipv6" : "ipv4");
}

static int count_again(const struct replay *replay, bool synack)
{
	const struct record *record = replay->record;
	int again = 0;
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if ((e->bits & TCPLEDGER_SEG_RETRANSMIT) &&
		    (synack ? is_synack_out(e) : is_syn(e, TCPLEDGER_ENTRY_OUT)))
			again++;
	}
	return again;
}

/* 1 if we offer ECN, 2 if we take it, 0 if we do not take it though offered. */
static int ecn_of(const struct replay *replay)
{
	bool offered = false;
	unsigned int i;

	for (i = 0; i < replay->record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &replay->record->log[i];

		if (is_syn(e, TCPLEDGER_ENTRY_OUT) && (e->flags & ECN_OFFER) == ECN_OFFER)
			return 1;
		if (is_syn(e, TCPLEDGER_ENTRY_IN) && (e->flags & ECN_OFFER) == ECN_OFFER)
			offered = true;
		if (is_synack_out(e))
			return offered && !(e->flags & TCPLEDGER_ECE) ? 0 : 2;
	}
	return 2;
}

/* SYNs that follow each other at the first timeout, before it doubles; -1 if it shows not. */
static int linear_timeouts(const struct replay *replay)
{
	const struct tcpledger_entry *last = NULL;
	unsigned int i;
	int n = -1;

	for (i = 0; i < replay->record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &replay->record->log[i];

		if (!is_syn(e, TCPLEDGER_ENTRY_OUT))
			continue;
		if (last && e->t_ns - last->t_ns > FIRST_TIMEOUT_NS)
			break;
		if (last)
			n++;
		last = e;
	}
	return n;
}

static void add_setting(struct text *out, const char *name, int value)
{
	text_printf(out, " net.ipv4.%s=%d", name, value);
}

/*
 * The settings that the recorded kernel had, as far as the log shows them.
 * sysctl -e: older kernels lack some.
 */
static void write_settings(struct replay *replay)
{
	const struct tcpledger_record *r = &replay->record->fixed;
	struct text *out = replay->script.out;
	int syns = count_again(replay, false), synacks = count_again(replay, true);
	int linear = linear_timeouts(replay);

	text_string(out, "`sysctl -e -q -w net.ipv4.tcp_no_metrics_save=1");
	add_setting(out, "tcp_ecn", ecn_of(replay));
	add_setting(out, "tcp_syncookies", r->flags & TCPLEDGER_REC_SYNCOOKIE ? 2 : 1);
	if (r->sack >= 0)
		add_setting(out, "tcp_sack", r->sack);
	if (r->outcome == TCPLEDGER_OUTCOME_TIMED_OUT && syns)
		add_setting(out, "tcp_syn_retries", syns);
	if (r->outcome == TCPLEDGER_OUTCOME_TIMED_OUT && synacks)
		add_setting(out, "tcp_synack_retries", synacks);
	if (linear >= 0)
		add_setting(out, "tcp_syn_linear_timeouts", linear);
	if (r->flags & TCPLEDGER_REC_FASTOPEN)
		add_setting(out, "tcp_fastopen", replay->passive ? 0x602 : 0x5);
	text_string(out, "`\n");
}

static bool has_listener(const struct replay *replay)
{
	const struct tcpledger_record *r = &replay->record->fixed;

	return r->outcome != TCPLEDGER_OUTCOME_REFUSED;
}

static void listen_for_it(struct replay *replay, int64_t t_ns)
{
	struct script *script = &replay->script;

	script_call(script, t_ns, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
	script_call(script, t_ns, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
	script_call(script, t_ns, "bind(3, ..., ...) = 0");
	script_call(script, t_ns, "listen(3, 1) = 0");
	replay->listening = true;
}

/**
 * prologue_setup - settings, and the socket of a server
 * @replay: the script
 */
void prologue_setup(struct replay *replay)
{
	const struct record *record = replay->record;
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		if (is_syn(&record->log[i], TCPLEDGER_ENTRY_OUT) ||
		    is_syn(&record->log[i], TCPLEDGER_ENTRY_IN)) {
			replay->passive = record->log[i].type == TCPLEDGER_ENTRY_IN;
			break;
		}
	}
	write_settings(replay);
	if (!replay->passive)
		return;
	if (has_listener(replay))
		listen_for_it(replay, 0);
	else
		script_comment(&replay->script, "nobody listens");
}

/* Whether the ACK of the handshake carried payload: the program wrote at once. */
static bool is_handshake_with_payload(const struct record *record)
{
	bool synack = false;
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &record->log[i];

		if (e->type == TCPLEDGER_ENTRY_IN && (e->flags & TCPLEDGER_SYN))
			synack = true;
		else if (synack && e->type == TCPLEDGER_ENTRY_OUT)
			return e->len && !(e->flags & TCPLEDGER_SYN);
	}
	return false;
}

static const struct tcpledger_entry *first_syn_out(const struct record *record)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		if (is_syn(&record->log[i], TCPLEDGER_ENTRY_OUT))
			return &record->log[i];
	return NULL;
}

/**
 * prologue_connect - the program connects, if it has not yet
 * @replay: the script
 * @t_ns: when
 *
 * It does not block, so that the script goes on.
 */
void prologue_connect(struct replay *replay, int64_t t_ns)
{
	const struct tcpledger_entry *syn = first_syn_out(replay->record);
	struct script *script = &replay->script;

	if (replay->called || replay->passive)
		return;
	replay->called = true;
	replay->fd = 3;
	script_call(script, t_ns, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
	script_call(script, t_ns, "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
	if (is_handshake_with_payload(replay->record))
		script_call(script, t_ns, "setsockopt(3, SOL_TCP, TCP_QUICKACK, [0], 4) = 0");
	if (syn && syn->len && (replay->record->fixed.flags & TCPLEDGER_REC_FASTOPEN))
		script_call(script, t_ns, "sendto(3, ..., %u, MSG_FASTOPEN, ..., ...) = %u",
			    syn->len, syn->len);
	else
		script_call(script, t_ns,
			    "connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)");
}

/*
 * The options that a SYN had, as packetdrill writes them, each padded to four
 * bytes. Empty if none is known.
 */
static void format_options(const struct tcpledger_record *r, bool ours, char *options, size_t size)
{
	int mss = ours ? r->local_mss : r->remote_mss;
	int wscale = ours ? r->local_wscale : r->remote_wscale;
	size_t len = 0;

	options[0] = '\0';
	if (mss >= 0 && mss <= UINT16_MAX)
		len += (size_t)snprintf(options, size, "mss %d", mss);
	if (r->sack == 1)
		len += (size_t)snprintf(options + len, size - len, "%snop,nop,sackOK",
					len ? "," : "");
	if (wscale >= 0)
		snprintf(options + len, size - len, "%snop,wscale %d", len ? "," : "", wscale);
}

/**
 * prologue_options - the options of a SYN that comes in
 * @replay: the script
 * @syn: the SYN
 * @options: set to them
 * @size: room there
 *
 * Return: false if none is known.
 */
bool prologue_options(const struct replay *replay, const struct tcpledger_entry *syn, char *options,
		      size_t size)
{
	const struct tcpledger_record *r = &replay->record->fixed;

	if (r->remote_isn != (int64_t)syn->seq)
		return false;
	format_options(r, false, options, size);
	return options[0];
}

/**
 * prologue_tell_options - say which options a SYN of ours had
 * @replay: the script
 * @ours: ours, else the peer's
 */
void prologue_tell_options(struct replay *replay, bool ours)
{
	char options[64];

	format_options(&replay->record->fixed, ours, options, sizeof(options));
	if (options[0])
		script_comment(&replay->script, "it had %s", options);
}
