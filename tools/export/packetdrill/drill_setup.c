// SPDX-License-Identifier: GPL-2.0
#include "export/packetdrill/drill_setup.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "export/packetdrill/play.h"
#include "meaning/words.h"
#include "print/format.h"

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
 * drill_is_dropped - whether TCP never answered
 * @play: the script
 *
 * Return: true if a listener threw the SYN away, which packetdrill cannot make
 * it do.
 */
bool drill_is_dropped(const struct play *play)
{
	const struct record *record = play->record;
	unsigned int i;

	if (record->fixed.outcome != TCPLEDGER_OUTCOME_DROPPED)
		return false;
	for (i = 0; i < record->fixed.log_n; i++)
		if (is_synack_out(&record->log[i]))
			return false;
	return true;
}

static void tell_who(struct play *play)
{
	const struct tcpledger_record *r = &play->record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	struct text who = { 0 };

	format_endpoint(&who, r->local, ipv6, r->lport);
	text_string(&who, " and ");
	format_endpoint(&who, r->remote, ipv6, r->rport);
	drill_comment(&play->drill,
		      "Record %llu of tcpledger: %s, as packetdrill plays it. The first is the kernel under test.",
		      (unsigned long long)r->id, text_terminated(&who));
	text_free(&who);
	if (play->record->comm[0])
		drill_comment(&play->drill, "Program: %s", play->record->comm);
	drill_comment(&play->drill, "Opened: %s, %s. Closed: %s.",
		      words_get(&words_roles, r->role),
		      words_get(&words_outcomes, r->outcome),
		      r->kind ? words_get(&words_kinds, r->kind) : "no");
}

static void tell_limits(struct play *play)
{
	const struct tcpledger_record *r = &play->record->fixed;

	drill_comment(&play->drill,
		      "Not checked, as it is up to the kernel under test: TTL, window and options of what it sends.");
	if (r->timestamps == 1)
		drill_comment(&play->drill,
			      "Not played: timestamps, which both ends had agreed on; their values were not recorded.");
	if (r->log_dropped)
		drill_comment(&play->drill,
			      "Not played: %u entries that the log had no room for.",
			      r->log_dropped);
	if (drill_is_dropped(play))
		drill_comment(&play->drill,
			      "Not played: that the listener dropped the SYN; packetdrill cannot fill its queues.");
	else if (r->outcome == TCPLEDGER_OUTCOME_DROPPED)
		drill_comment(&play->drill,
			      "Not played: that the listener dropped the third ACK; packetdrill cannot fill its queue.");
	if (r->flags & TCPLEDGER_REC_FASTOPEN)
		drill_comment(&play->drill,
			      "Not played: the Fast Open cookie; the kernel is told to do without.");
	drill_comment(&play->drill,
		      "It changes settings of its network namespace: run it as 'unshare -n packetdrill FILE'.");
}

/**
 * drill_head - what stands at the top
 * @play: the script
 *
 * Timings are compared to a tenth of a second: a timer of Linux, in a virtual
 * machine, is not more exact; order and numbers are what counts.
 */
void drill_head(struct play *play)
{
	bool ipv6 = play->record->fixed.flags & TCPLEDGER_REC_IPV6;

	tell_who(play);
	tell_limits(play);
	text_printf(play->drill.out, "--tolerance_usecs=100000\n--ip_version=%s\n",
		    ipv6 ? "ipv6" : "ipv4");
}

static int count_again(const struct play *play, bool synack)
{
	const struct record *record = play->record;
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
static int ecn_of(const struct play *play)
{
	bool offered = false;
	unsigned int i;

	for (i = 0; i < play->record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &play->record->log[i];

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
static int linear_timeouts(const struct play *play)
{
	const struct tcpledger_entry *last = NULL;
	unsigned int i;
	int n = -1;

	for (i = 0; i < play->record->fixed.log_n; i++) {
		const struct tcpledger_entry *e = &play->record->log[i];

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
static void write_settings(struct play *play)
{
	const struct tcpledger_record *r = &play->record->fixed;
	struct text *out = play->drill.out;
	int syns = count_again(play, false), synacks = count_again(play, true);
	int linear = linear_timeouts(play);

	text_string(out, "`sysctl -e -q -w net.ipv4.tcp_no_metrics_save=1");
	add_setting(out, "tcp_ecn", ecn_of(play));
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
		add_setting(out, "tcp_fastopen", play->passive ? 0x602 : 0x5);
	text_string(out, "`\n");
}

static bool has_listener(const struct play *play)
{
	const struct tcpledger_record *r = &play->record->fixed;

	return r->outcome != TCPLEDGER_OUTCOME_REFUSED;
}

static void listen_for_it(struct play *play, int64_t t_ns)
{
	struct drill *drill = &play->drill;

	drill_call(drill, t_ns, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
	drill_call(drill, t_ns, "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0");
	drill_call(drill, t_ns, "bind(3, ..., ...) = 0");
	drill_call(drill, t_ns, "listen(3, 1) = 0");
	play->listening = true;
}

/**
 * drill_setup - settings, and the socket of a server
 * @play: the script
 */
void drill_setup(struct play *play)
{
	const struct record *record = play->record;
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++) {
		if (is_syn(&record->log[i], TCPLEDGER_ENTRY_OUT) ||
		    is_syn(&record->log[i], TCPLEDGER_ENTRY_IN)) {
			play->passive = record->log[i].type == TCPLEDGER_ENTRY_IN;
			break;
		}
	}
	write_settings(play);
	if (!play->passive)
		return;
	if (has_listener(play))
		listen_for_it(play, 0);
	else
		drill_comment(&play->drill, "nobody listens");
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
 * drill_connect - the program connects, if it has not yet
 * @play: the script
 * @t_ns: when
 *
 * It does not block, so that the script goes on.
 */
void drill_connect(struct play *play, int64_t t_ns)
{
	const struct tcpledger_entry *syn = first_syn_out(play->record);
	struct drill *drill = &play->drill;

	if (play->called || play->passive)
		return;
	play->called = true;
	play->fd = 3;
	drill_call(drill, t_ns, "socket(..., SOCK_STREAM, IPPROTO_TCP) = 3");
	drill_call(drill, t_ns, "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
	if (is_handshake_with_payload(play->record))
		drill_call(drill, t_ns, "setsockopt(3, SOL_TCP, TCP_QUICKACK, [0], 4) = 0");
	if (syn && syn->len && (play->record->fixed.flags & TCPLEDGER_REC_FASTOPEN))
		drill_call(drill, t_ns, "sendto(3, ..., %u, MSG_FASTOPEN, ..., ...) = %u",
			   syn->len, syn->len);
	else
		drill_call(drill, t_ns,
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
 * drill_options - the options of a SYN that comes in
 * @play: the script
 * @syn: the SYN
 * @options: set to them
 * @size: room there
 *
 * Return: false if none is known.
 */
bool drill_options(const struct play *play, const struct tcpledger_entry *syn, char *options,
		   size_t size)
{
	const struct tcpledger_record *r = &play->record->fixed;

	if (r->remote_isn != (int64_t)syn->seq)
		return false;
	format_options(r, false, options, size);
	return options[0];
}

/**
 * drill_tell_options - say which options a SYN of ours had
 * @play: the script
 * @ours: ours, else the peer's
 */
void drill_tell_options(struct play *play, bool ours)
{
	char options[64];

	format_options(&play->record->fixed, ours, options, sizeof(options));
	if (options[0])
		drill_comment(&play->drill, "it had %s", options);
}
