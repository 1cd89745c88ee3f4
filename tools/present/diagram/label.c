// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/label.h"

#include <stdbool.h>

#include "base/language.h"
#include "base/text.h"
#include "meaning/words.h"
#include "present/print/fold.h"
#include "present/print/format.h"
#include "read/record.h"

/**
 * label_flags - add the flags of a segment
 * @text: text to add to
 * @flags: TCPLEDGER_FIN and so on
 */
void label_flags(struct text *text, unsigned int flags)
{
	size_t start = text->len;
	unsigned int bit;

	for (bit = 0; bit < 8; bit++) {
		if (!(flags >> bit & 1))
			continue;
		if (text->len != start)
			text_char(text, ',');
		text_string(text, words_flag(bit));
	}
	if (text->len == start)
		text_string(text, _("no flags"));
}

/**
 * label_numbers - add the numbers of a segment
 * @text: text to add to
 * @arrow: the segment
 * @terse: a length of 0 goes without saying
 */
void label_numbers(struct text *text, const struct diagram_arrow *arrow, bool terse)
{
	text_string(text, "seq=");
	text_signed(text, arrow->seq);
	if (arrow->flags & TCPLEDGER_ACK) {
		text_string(text, " ack=");
		text_signed(text, arrow->ack);
	}
	text_string(text, " win=");
	text_unsigned(text, arrow->win);
	if (!arrow->len && terse)
		return;
	text_string(text, " len=");
	text_unsigned(text, arrow->len);
}

/**
 * label_arrow - add all that is said of a segment
 * @text: text to add to
 * @arrow: the segment
 * @terse: a length of 0 goes without saying
 */
void label_arrow(struct text *text, const struct diagram_arrow *arrow, bool terse)
{
	const char *remark = label_remark(arrow);

	label_flags(text, arrow->flags);
	text_char(text, ' ');
	label_numbers(text, arrow, terse);
	if (remark) {
		text_string(text, label_comma());
		text_string(text, remark);
	}
}

/**
 * label_longest - the columns that the longest label takes
 * @diagram: the diagram
 *
 * Return: how many, with all lengths.
 */
unsigned int label_longest(const struct diagram *diagram)
{
	struct text text = { 0 };
	unsigned int longest = 0, i;

	for (i = 0; i < diagram->arrow_count; i++) {
		text.len = 0;
		label_arrow(&text, &diagram->arrows[i], false);
		if (fold_columns(text.bytes, text.len) > longest)
			longest = fold_columns(text.bytes, text.len);
	}
	text_free(&text);
	return longest;
}

/**
 * label_remark - what is unusual about a segment
 * @arrow: the segment
 *
 * Return: words, or NULL.
 */
const char *label_remark(const struct diagram_arrow *arrow)
{
	if (arrow->delivery == DIAGRAM_LOST)
		return arrow->retransmitted ? _("again, lost") : _("lost");
	if (arrow->delivery == DIAGRAM_REFUSED)
		return arrow->retransmitted ? _("again, refused") : _("refused");
	if (arrow->not_tcp)
		return _("not by TCP");
	return arrow->retransmitted ? _("again") : NULL;
}

/**
 * label_comma - what stands between two things that are said of one
 *
 * Return: a comma with its space, as the language has it.
 */
const char *label_comma(void)
{
	const char *comma = _(",");

	/* A wide one has its space in itself. */
	return *comma == ',' ? ", " : comma;
}

/**
 * label_state - add the name of a state
 * @text: text to add to
 * @stay: the state; in parentheses if inferred
 */
void label_state(struct text *text, const struct diagram_stay *stay)
{
	text_string(text, stay->measured ? "" : "(");
	text_string(text, words_get(&words_states, stay->state));
	text_string(text, stay->measured ? "" : ")");
}

/**
 * label_lasted - add how long a state lasted
 * @text: text to add to; nothing is added where it is not known
 * @stay: the state
 */
void label_lasted(struct text *text, const struct diagram_stay *stay)
{
	if (stay->lasted_ns < 0)
		return;
	format_duration(text, stay->lasted_ns);
	if (stay->lasts)
		text_string(text, "...");
}

/**
 * label_wait_scale - the length of 2MSL as it became, with its restarts
 * @end: an end that is or was in TIME_WAIT
 * @done_ns: set to the time spent in it
 *
 * Return: time from the beginning to where it ends or would have ended; -1 if
 * not known.
 */
int64_t label_wait_scale(const struct diagram_end *end, int64_t *done_ns)
{
	const struct tcpledger_record *r = &end->record->fixed;
	int64_t last = end->restarts ? end->restart_ns[end->restarts - 1] : 0, whole;

	*done_ns = r->tw_exit == TCPLEDGER_EXIT_LASTS ? r->state_age_ns : r->tw_residence_ns;
	if (r->tw_nominal_ns <= 0 || *done_ns < 0 ||
	    __builtin_add_overflow(last, r->tw_nominal_ns, &whole))
		return -1;
	return whole > *done_ns ? whole : *done_ns;
}

static const char *exit_words(unsigned int tw_exit)
{
	switch (tw_exit) {
	case TCPLEDGER_EXIT_EXPIRED:
		return _("expired");
	case TCPLEDGER_EXIT_REUSED:
		return _("reused");
	case TCPLEDGER_EXIT_RESET:
		return _("reset");
	case TCPLEDGER_EXIT_KILLED:
		return _("killed");
	case TCPLEDGER_EXIT_NETNS:
		return _("namespace gone");
	default:
		return words_get(&words_exits, tw_exit);
	}
}

/**
 * label_wait - add what 2MSL was
 * @text: text to add to
 * @diagram: the diagram
 * @side: a side that is or was in TIME_WAIT
 */
void label_wait(struct text *text, const struct diagram *diagram, enum diagram_side side)
{
	const struct tcpledger_record *r = &diagram->end[side].record->fixed;
	bool lasts = r->tw_exit == TCPLEDGER_EXIT_LASTS;
	struct text duration = { 0 };

	text_string(text, "2MSL ");
	format_duration(text, r->tw_nominal_ns);
	if (r->tw_restarts)
		text_printf(text, _(", restarted %ux"), r->tw_restarts);
	format_duration(&duration, lasts ? r->tw_remaining_ns : r->tw_residence_ns);
	if (lasts)
		text_printf(text, _(", %s left"), text_terminated(&duration));
	else
		text_printf(text, r->flags & TCPLEDGER_REC_RESIDENCE_EXACT ?
			    _(", %s after %s") : _(", %s after %s at most"),
			    exit_words(r->tw_exit), text_terminated(&duration));
	text_free(&duration);
}

/**
 * label_isn - add the initial sequence number
 * @text: text to add to
 * @end: whose
 */
void label_isn(struct text *text, const struct diagram_end *end)
{
	text_string(text, "ISN ");
	if (end->isn < 0)
		text_string(text, _("unknown"));
	else
		text_signed(text, end->isn);
}

/**
 * label_endpoint - add address and port
 * @text: text to add to
 * @diagram: the diagram
 * @side: whose
 *
 * The right end is called what the left one calls it, but where addresses are
 * translated on the way and it is recorded, what it calls itself.
 */
void label_endpoint(struct text *text, const struct diagram *diagram, enum diagram_side side)
{
	const struct tcpledger_record *r = &diagram->end[DIAGRAM_LEFT].record->fixed;
	const struct record *right = diagram->end[DIAGRAM_RIGHT].record;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;

	if (side == DIAGRAM_LEFT)
		format_endpoint(text, r->local, ipv6, r->lport);
	else if (right && !record_addresses_agree(diagram->end[DIAGRAM_LEFT].record, right))
		format_endpoint(text, right->fixed.local, right->fixed.flags & TCPLEDGER_REC_IPV6,
				right->fixed.lport);
	else
		format_endpoint(text, r->remote, ipv6, r->rport);
}

/**
 * label_used - what the diagram has that wants an explanation
 * @diagram: the diagram
 *
 * Return: LABEL_* bits.
 */
unsigned int label_used(const struct diagram *diagram)
{
	unsigned int used = diagram->arrow_count && !diagram->absolute ? LABEL_RELATIVE : 0, i;

	for (i = 0; i < diagram->arrow_count; i++) {
		const struct diagram_arrow *arrow = &diagram->arrows[i];

		used |= arrow->retransmitted ? LABEL_RETRANSMITTED : 0;
		used |= arrow->not_tcp ? LABEL_NOT_TCP : 0;
		used |= arrow->delivery == DIAGRAM_LOST ? LABEL_LOST : 0;
		used |= arrow->delivery == DIAGRAM_REFUSED ? LABEL_REFUSED : 0;
		used |= arrow->departs < 0 ? LABEL_UNSEEN : 0;
	}
	for (i = 0; i < diagram->stay_count; i++)
		used |= diagram->stays[i].measured ? 0 : LABEL_INFERRED;
	for (i = 0; i < diagram->row_count; i++)
		used |= diagram->rows[i].kind == DIAGRAM_PAUSE ? LABEL_PAUSE : 0;
	return used;
}

/**
 * label_legend - what a sign means
 * @bit: LABEL_*
 *
 * Return: words.
 */
const char *label_legend(unsigned int bit)
{
	switch (bit) {
	case LABEL_INFERRED:
		return _("(STATE) inferred: that end is not recorded here");
	case LABEL_RETRANSMITTED:
		return _("sent again");
	case LABEL_LOST:
		return _("not in the other end's log: lost on the way");
	case LABEL_REFUSED:
		return _("came, and TCP threw it away");
	case LABEL_NOT_TCP:
		return _("not sent by TCP: a raw socket or a packet filter");
	case LABEL_UNSEEN:
		return _("not in the sender's log");
	case LABEL_PAUSE:
		return _("a pause, not to scale");
	case LABEL_TERSE:
		return _("segments without len have no payload");
	default:
		return _("seq and ack count from the ISNs, as a SYN and a FIN count one each");
	}
}
