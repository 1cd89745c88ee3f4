// SPDX-License-Identifier: GPL-2.0
#include "present/print/describe.h"

#include "base/escape.h"
#include "base/output.h"
#include "base/text.h"
#include "meaning/wireshark_zeek.h"
#include "meaning/words.h"
#include "present/print/describe_log.h"
#include "present/print/field_text.h"
#include "present/print/fold.h"
#include "present/print/format.h"
#include "read/field.h"
#include "read/moment.h"
#include "read/record.h"

#define INDENT	13	/* where what follows the label stands */

/* A line of the header block: its label, then what is added to the text. */
static struct text *begin(const char *label)
{
	struct text *out = output_text();

	text_printf(out, "  %-10s ", label);
	return out;
}

static void end(void)
{
	text_char(output_text(), '\n');
	output_line();
}

static void add_number(struct text *out, const char *label, int64_t number)
{
	text_string(out, label);
	if (number < 0)
		text_char(out, '-');
	else
		text_unsigned(out, (uint64_t)number);
}

static void add_duration(struct text *out, const char *label, int64_t ns)
{
	text_string(out, label);
	format_duration(out, ns);
}

static void add_name(struct text *out, const char *name)
{
	if (*name)
		escape_terminal(out, name);
	else
		text_char(out, '-');
}

/* What the table of fields has on a line. */
static void add_fields(struct text *out, enum field_line line, const struct tcpledger_record *r)
{
	unsigned int i;

	for (i = 0; i < field_count; i++) {
		if (fields[i].line != line)
			continue;
		text_string(out, fields[i].phrase);
		field_text(out, &fields[i], r);
	}
}

static void describe_tuple(const struct tcpledger_record *r, bool colour)
{
	struct text *out = output_text();
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;

	text_string(out, colour ? "\033[1m" : "");
	text_string(out, "connection ");
	text_unsigned(out, r->id);
	text_string(out, "  ");
	format_endpoint(out, r->local, ipv6, r->lport);
	text_string(out, r->role == TCPLEDGER_ROLE_ACTIVE ? " --> " :
		    r->role == TCPLEDGER_ROLE_PASSIVE ? " <-- " : " <-> ");
	format_endpoint(out, r->remote, ipv6, r->rport);
	text_string(out, colour ? "\033[0m" : "");
	end();

	out = begin("where");
	text_string(out, ipv6 ? "IPv6, netns " : "IPv4, netns ");
	text_unsigned(out, r->netns);
	if (r->ifindex)
		add_number(out, ", VRF or device ", r->ifindex);
	if (r->peer_id) {
		text_string(out, "; the other end is record ");
		text_unsigned(out, r->peer_id);
	}
	end();
}

static void describe_owner(const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct text *out = begin("owner");

	add_name(out, record->comm);
	add_fields(out, FIELD_ON_OWNER, r);
	if (r->closer_pid >= 0 || record->closer_comm[0]) {
		text_string(out, "; closed by ");
		add_name(out, record->closer_comm);
		add_number(out, ", pid ", r->closer_pid);
	}
	end();
}

static void describe_state(const struct tcpledger_record *r)
{
	struct text *out = begin("state");
	int64_t ended;

	text_string(out, words_get(&words_states, r->state));
	if (r->flags & TCPLEDGER_REC_LIVE) {
		add_duration(out, " for ", r->state_age_ns);
	} else {
		text_string(out, ", ended ");
		if (!moment_after(r->opened_at, r->ended_ns, &ended) ||
		    !format_wall(out, ended))
			text_char(out, '-');
		add_duration(out, ", lived ", r->duration_ns);
	}
	if (r->flags & TCPLEDGER_REC_PARTIAL)
		text_string(out, "; its beginning was not seen");
	if (r->log_dropped)
		add_number(out, "; entries the log had no room for: ", r->log_dropped);
	end();
}

static void describe_open(const struct tcpledger_record *r)
{
	struct text *out = begin("opened");

	if (!format_wall(out, r->opened_at))
		text_char(out, '-');
	text_printf(out, ", %s, %s", words_get(&words_roles, r->role),
		    words_get(&words_outcomes, r->outcome));
	add_duration(out, ", handshake ", r->handshake_ns);
	if (r->accept_ns >= 0)
		add_duration(out, ", accepted at ", r->accept_ns);
	if (r->syn_retransmits)
		add_number(out, ", SYN again ", r->syn_retransmits);
	if (r->synack_retransmits)
		add_number(out, ", SYN/ACK again ", r->synack_retransmits);
	if (r->flags & TCPLEDGER_REC_SYNCOOKIE)
		text_string(out, ", SYN cookie");
	if (r->flags & TCPLEDGER_REC_FASTOPEN)
		text_string(out, ", Fast Open");
	end();
}

static void describe_close(const struct tcpledger_record *r)
{
	const char *error = words_error(r->error);
	struct text *out;

	if (r->kind == TCPLEDGER_KIND_OPEN)
		return;
	out = begin("closed");
	text_string(out, words_get(&words_kinds, r->kind));
	if (r->first)
		text_printf(out, ", first by %s", words_get(&words_sides, r->first));
	if (r->reset_by)
		text_printf(out, ", reset by %s", words_get(&words_sides, r->reset_by));
	if (r->half_close_ns >= 0)
		add_duration(out, ", half closed for ", r->half_close_ns);
	if (r->fin_retransmits)
		add_number(out, ", FIN again ", r->fin_retransmits);
	if (error)
		text_printf(out, ", %s", error);
	end();
}

static void describe_options(const struct tcpledger_record *r)
{
	add_fields(begin("ISN"), FIELD_ON_ISN, r);
	end();
	add_fields(begin("options"), FIELD_ON_OPTIONS, r);
	end();
}

static void describe_data(const struct tcpledger_record *r)
{
	struct text *out = begin("payload");

	add_fields(out, FIELD_ON_PAYLOAD, r);
	text_string(out, " us");
	end();
}

static void describe_time_wait(const struct tcpledger_record *r)
{
	struct text *out;

	if (!(r->flags & TCPLEDGER_REC_TIME_WAIT))
		return;
	out = begin("TIME_WAIT");
	add_duration(out, "entered at ", r->tw_entered_ns);
	if (r->tw_exit == TCPLEDGER_EXIT_LASTS) {
		add_duration(out, ", lasts, remaining ", r->tw_remaining_ns);
	} else {
		text_printf(out, ", %s", words_get(&words_exits, r->tw_exit));
		add_duration(out, " after ", r->tw_residence_ns);
		text_string(out, r->flags & TCPLEDGER_REC_RESIDENCE_EXACT ?
			    " (measured)" : " (a bound only)");
	}
	add_duration(out, ", 2MSL ", r->tw_nominal_ns);
	add_number(out, "; restarts ", r->tw_restarts);
	add_number(out, ", FINs answered again ", r->tw_fin_reacks);
	add_number(out, ", old duplicates ", r->tw_old_duplicates);
	end();
}

static void describe_anomalies(const struct tcpledger_record *r, bool colour)
{
	struct text *out;
	unsigned int bit;

	if (!r->anomalies)
		return;
	out = begin("anomalies");
	text_string(out, colour ? "\033[33m" : "");
	for (bit = 0; bit < 64; bit++)
		if (r->anomalies >> bit & 1)
			text_printf(out, "%s%s", r->anomalies & ((1ULL << bit) - 1) ? ", " : "",
				    words_get(&words_anomalies, bit));
	text_string(out, colour ? "\033[0m" : "");
	end();
}

static void describe_others(const struct record *record)
{
	struct text *out = begin("others say");
	struct wireshark_zeek others;

	wireshark_zeek_judge(record, &others);
	text_printf(out, "Wireshark tcp.completeness %u; Zeek %s %s", others.completeness,
		    others.zeek_state, others.zeek_history);
	end();
}

/**
 * describe_head - print which connection it is
 * @record: a checked record
 * @width: columns a line may take
 * @colour: colour may be used
 */
void describe_head(const struct record *record, unsigned int width, bool colour)
{
	size_t start = output_text()->len;

	describe_tuple(&record->fixed, colour);
	describe_owner(record);
	fold_lines(output_text(), start, width, INDENT);
}

/**
 * describe_verdict - print what became of it
 * @record: a checked record
 * @width: columns a line may take
 * @colour: colour may be used
 */
void describe_verdict(const struct record *record, unsigned int width, bool colour)
{
	const struct tcpledger_record *r = &record->fixed;
	size_t start = output_text()->len;

	describe_open(r);
	describe_state(r);
	describe_close(r);
	describe_time_wait(r);
	describe_options(r);
	describe_data(r);
	describe_anomalies(r, colour);
	describe_others(record);
	fold_lines(output_text(), start, width, INDENT);
}

/**
 * describe_record - print a record with its log
 * @record: a checked record
 * @wall: times of the log are of the wall clock
 * @width: columns a line may take
 * @colour: colour may be used
 */
void describe_record(const struct record *record, bool wall, unsigned int width,
		     bool colour)
{
	describe_head(record, width, colour);
	describe_verdict(record, width, colour);
	end();
	describe_log(record, wall, width, colour);
}
