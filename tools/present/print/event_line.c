// SPDX-License-Identifier: GPL-2.0
/*
 * Most of what 'tcpledger follow' costs is here, some thirty lines a connection: bytes
 * are put where there is room for them, and no format string is read.
 */
#include "present/print/event_line.h"

#include <stdlib.h>
#include <string.h>

#include <linux/tcpledger.h>

#include "base/decimal.h"
#include "base/escape.h"
#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "read/frame.h"
#include "read/replay.h"

#define ID_LEAST	5
#define END_LEAST	21	/* 255.255.255.255:65535 */
#define SEQUENCE_WIDTH	10
#define FLAGS_WIDTH	11	/* SYN,ACK,ECE */
#define SEGMENT_MOST	128	/* bytes of a segment with all flags, with ease */

/* What was added since @start is right-aligned in so many columns. */
static void align_right(struct text *out, size_t start, unsigned int width)
{
	size_t len = out->len - start;

	if (len >= width)
		return;
	text_reserve(out, width - len);
	memmove(out->bytes + start + width - len, out->bytes + start, len);
	memset(out->bytes + start, ' ', width - len);
	out->len = start + width;
}

static void align_left(struct text *out, size_t start, unsigned int width)
{
	if (out->len - start < width)
		text_repeat(out, ' ', width - (out->len - start));
}

static void add_number(struct text *out, uint64_t number, unsigned int width)
{
	size_t start = out->len;

	text_unsigned(out, number);
	align_right(out, start, width);
}

/* A moment of a record, counted from its first entry. */
static void add_time(struct text *out, const struct event_look *look,
		     const struct replay_record *r, int64_t t_ns)
{
	size_t start = out->len;

	if (!r || !event_clock_add(out, look->clock, look->start_ns, &r->record.fixed, t_ns))
		text_char(out, '-');
	align_right(out, start, event_clock_width(look->clock));
}

static void add_end(struct text *out, struct event_look *look, const uint8_t *address, bool ipv6,
		    uint16_t port)
{
	size_t start = out->len, len;

	format_endpoint(out, address, ipv6, port);
	len = out->len - start;
	if (len > look->end_width)
		look->end_width = (unsigned int)len;
	align_left(out, start, look->end_width);
}

static void add_ends(struct text *out, struct event_look *look, const struct replay_record *r)
{
	const struct tcpledger_record *fixed = r ? &r->record.fixed : NULL;
	bool ipv6 = fixed && fixed->flags & TCPLEDGER_REC_IPV6;

	if (!fixed) {
		text_char(out, '-');
		text_repeat(out, ' ', look->end_width);
		text_char(out, '-');
		text_repeat(out, ' ', look->end_width - 1);
		return;
	}
	add_end(out, look, fixed->local, ipv6, fixed->lport);
	text_char(out, ' ');
	add_end(out, look, fixed->remote, ipv6, fixed->rport);
}

static void add_label(struct text *out, struct event_look *look, const struct frame *frame,
		      const struct replay_record *r)
{
	size_t start = out->len;

	text_unsigned(out, frame->id);
	if (out->len - start > look->id_width)
		look->id_width = (unsigned int)(out->len - start);
	align_right(out, start, look->id_width);
	text_char(out, ' ');
	add_ends(out, look, r);
	text_char(out, ' ');
}

/*
 * Which record it is, made once for each and made anew when columns have grown; two
 * thirds of the work of a line.
 */
static void add_record(struct text *out, struct event_look *look, const struct frame *frame,
		       struct replay_record *r)
{
	unsigned int widths = look->id_width << 16 | look->end_width;
	size_t start = out->len;

	if (r && r->label && r->label_form == widths) {
		text_bytes(out, r->label, r->label_len);
		return;
	}
	add_label(out, look, frame, r);
	if (!r)
		return;
	free(r->label);
	r->label_len = (unsigned int)(out->len - start);
	r->label_form = look->id_width << 16 | look->end_width;
	r->label = memory_new(1, r->label_len);
	memcpy(r->label, out->bytes + start, r->label_len);
}

static void begin(struct event_look *look, const struct frame *frame, struct replay_record *r,
		  int64_t t_ns)
{
	struct text *out = output_text();

	add_time(out, look, r, t_ns);
	text_char(out, ' ');
	add_record(out, look, frame, r);
}

static void end(struct text *out)
{
	while (out->bytes[out->len - 1] == ' ')
		out->len--;
	text_char(out, '\n');
	output_line();
}

static char *put_flags(char *at, unsigned int flags)
{
	char *end = at + FLAGS_WIDTH;

	memset(at, ' ', FLAGS_WIDTH);
	if (!flags)
		*at++ = '-';
	for (; flags; flags &= flags - 1) {
		memcpy(at, words_flag((unsigned int)__builtin_ctz(flags)), WORDS_FLAG_LEN);
		at += WORDS_FLAG_LEN;
		if (flags & (flags - 1))
			*at++ = ',';
	}
	return at > end ? at : end;
}

/* A number at the right of so many columns; there is room for DECIMAL_MOST more. */
static char *put_right(char *at, uint64_t number, unsigned int width)
{
	char digits[DECIMAL_MOST];
	unsigned int len = (unsigned int)(decimal_put(digits, number) - digits);

	if (len < width) {
		memset(at, ' ', SEQUENCE_WIDTH);
		at += width - len;
	}
	memcpy(at, digits, sizeof(digits));	/* whole: its length is no constant */
	return at + len;
}

static void add_word(struct text *out, const struct words *set, unsigned int value)
{
	const struct word *word = words_word(set, value);

	text_bytes(out, word->text, word->len);
}

static void add_colour(struct text *out, const struct event_look *look, const char *colour)
{
	if (look->colour)
		text_string(out, colour);
}

static void add_segment(struct text *out, const struct event_look *look,
			const struct tcpledger_entry *e)
{
	char *at = text_room(out, SEGMENT_MOST);

	memcpy(at, e->type == TCPLEDGER_ENTRY_OUT ? "--> " : "<-- ", 4);
	at = put_flags(at + 4, e->flags);
	*at++ = ' ';
	at = put_right(at, e->seq, SEQUENCE_WIDTH);
	*at++ = ' ';
	if (e->flags & TCPLEDGER_ACK)
		at = put_right(at, e->ack, SEQUENCE_WIDTH);
	else
		at = (char *)memcpy(at, "         -", 10) + 10;
	*at++ = ' ';
	at = put_right(at, e->win, 5);
	*at++ = ' ';
	text_end(out, put_right(at, e->len, 5));
	if (!(e->bits & (TCPLEDGER_SEG_RETRANSMIT | TCPLEDGER_SEG_OTHER | TCPLEDGER_SEG_REFUSED)))
		return;
	add_colour(out, look, "\033[33m");
	if (e->bits & TCPLEDGER_SEG_OTHER)
		text_literal(out, "  not sent by TCP");
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		text_literal(out, "  again");
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		text_literal(out, "  refused by TCP");
	add_colour(out, look, "\033[0m");
}

static void add_by(struct text *out, const struct tcpledger_entry *e)
{
	if (e->segment >= 0) {
		text_literal(out, ", by #");
		text_unsigned(out, (uint64_t)e->segment);
	} else if (e->type == TCPLEDGER_ENTRY_STATE && e->cause) {
		text_literal(out, ", by ");
		add_word(out, &words_causes, e->cause);
	}
}

static void add_entry(struct text *out, const struct event_look *look,
		      const struct tcpledger_entry *e)
{
	switch (e->type) {
	case TCPLEDGER_ENTRY_STATE:
		text_literal(out, "    ");
		add_colour(out, look, "\033[1m");
		add_word(out, &words_states, e->from);
		text_literal(out, " => ");
		add_word(out, &words_states, e->to);
		add_colour(out, look, "\033[0m");
		add_by(out, e);
		break;
	case TCPLEDGER_ENTRY_NOTE:
		text_literal(out, "    ");
		add_colour(out, look, "\033[33m");
		text_literal(out, "! ");
		add_word(out, &words_anomalies, e->tag);
		add_colour(out, look, "\033[0m");
		add_by(out, e);
		break;
	default:
		add_segment(out, look, e);
		break;
	}
}

/* That TCP took a segment is the rule; only what it refused or knew is told again. */
static bool is_worth_telling(const struct tcpledger_entry *e)
{
	return (e->type == TCPLEDGER_ENTRY_OUT || e->type == TCPLEDGER_ENTRY_IN) &&
	       e->bits & (TCPLEDGER_SEG_REFUSED | TCPLEDGER_SEG_RETRANSMIT);
}

static void add_amended(struct text *out, const struct event_look *look, const struct frame *frame)
{
	const struct tcpledger_entry *e = &frame->entry;

	text_literal(out, "    #");
	text_unsigned(out, frame->n);
	add_colour(out, look, "\033[33m");
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		text_literal(out, " came again");
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		text_literal(out, " was refused by TCP");
	add_colour(out, look, "\033[0m");
}

static void add_pair(struct text *out, const char *before, int64_t number)
{
	text_string(out, before);
	if (number < 0)
		text_char(out, '-');
	else
		text_unsigned(out, (uint64_t)number);
}

static void add_anomalies(struct text *out, const struct event_look *look, uint64_t anomalies)
{
	const char *before = "; ";

	add_colour(out, look, "\033[33m");
	for (; anomalies; anomalies &= anomalies - 1) {
		text_string(out, before);
		add_word(out, &words_anomalies, (unsigned int)__builtin_ctzll(anomalies));
		before = ", ";
	}
	add_colour(out, look, "\033[0m");
}

/* What became of a connection, below its last line and indented. */
static void add_verdict(const struct event_look *look, const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	struct text *out = output_text();

	text_repeat(out, ' ', event_clock_width(look->clock) + 1);
	add_number(out, r->id, look->id_width);
	text_literal(out, "   ");
	add_colour(out, look, "\033[1m");
	add_word(out, &words_outcomes, r->outcome);
	if (r->kind) {
		text_literal(out, ", ");
		add_word(out, &words_kinds, r->kind);
	}
	add_colour(out, look, "\033[0m");
	if (r->first) {
		text_literal(out, ", first by ");
		add_word(out, &words_sides, r->first);
	}
	text_literal(out, "; handshake ");
	format_duration(out, r->handshake_ns);
	text_literal(out, ", lived ");
	format_duration(out, r->duration_ns);
	if (r->tw_residence_ns >= 0) {
		text_literal(out, ", TIME_WAIT ");
		format_duration(out, r->tw_residence_ns);
	}
	add_pair(out, "; sent ", r->bytes_sent);
	add_pair(out, ", received ", r->bytes_received);
	if (record->comm[0]) {
		text_literal(out, "; ");
		escape_terminal(out, record->comm);
		add_pair(out, ", pid ", r->pid);
	}
	if (r->anomalies)
		add_anomalies(out, look, r->anomalies);
	end(out);
}

static void add_lost(const struct event_look *look, const struct frame *frame)
{
	struct text *out = output_text();

	add_colour(out, look, "\033[31m");
	text_repeat(out, ' ', event_clock_width(look->clock) + 1);
	text_unsigned(out, frame->count);
	text_string(out, frame->count == 1 ? " event" : " events");
	text_string(out, frame->bytes ? " lost: the reader was too slow" :
					" missing: not in what is read");
	add_pair(out, " (from number ", (int64_t)(frame->first & INT64_MAX));
	text_char(out, ')');
	add_colour(out, look, "\033[0m");
	end(out);
}

/* Nobody listened, or another machine: what happened before this is not known. */
static void add_epoch(const struct event_look *look, const struct tcpledger_frame_start *start)
{
	struct text *out = output_text();
	size_t begin = out->len;

	if (!event_clock_add_wall(out, look->clock, start->realtime_ns))
		text_char(out, '-');
	align_right(out, begin, event_clock_width(look->clock));
	text_literal(out, " events begin anew: ");
	escape_terminal(out, start->host[0] ? start->host : "-");
	add_pair(out, ", epoch ", (int64_t)(start->epoch & INT64_MAX));
	end(out);
}

static void add_titles(struct event_look *look)
{
	struct text *out = output_text();
	size_t start = out->len;

	look->begun = true;
	look->id_width = ID_LEAST;
	look->end_width = END_LEAST;
	add_colour(out, look, "\033[1m");
	start = out->len;
	text_string(out, look->clock == EVENT_CLOCK_RELATIVE ? "SECONDS" : "TIME (UTC)");
	align_left(out, start, event_clock_width(look->clock) + 1);
	start = out->len;
	text_literal(out, "ID");
	align_right(out, start, ID_LEAST);
	text_char(out, ' ');
	start = out->len;
	text_literal(out, "LOCAL");
	align_left(out, start, END_LEAST + 1);
	start = out->len;
	text_literal(out, "REMOTE");
	align_left(out, start, END_LEAST + 1);
	text_literal(out, "EVENT              SEQ        ACK   WIN   LEN");
	add_colour(out, look, "\033[0m");
	end(out);
}

/**
 * event_line - print an event
 * @look: how it looks, all zero at first but for @clock and @colour; goes on
 * @frame: the event
 * @r: the record that it is about, NULL if it is not known
 *
 * Return: false if it is not worth a line.
 */
bool event_line(struct event_look *look, const struct frame *frame, struct replay_record *r)
{
	bool begun = look->begun;

	if (frame->type == TCPLEDGER_FRAME_SYNC)
		return false;	/* of the file, and before there is a clock */
	if (!begun) {
		look->start_ns = frame->start.monotonic_ns;
		add_titles(look);
	}
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		if (begun)
			add_epoch(look, &frame->start);
		return begun;
	case TCPLEDGER_FRAME_ENTRY:
		begin(look, frame, r, frame->entry.t_ns);
		add_entry(output_text(), look, &frame->entry);
		end(output_text());
		return true;
	case TCPLEDGER_FRAME_AMEND:
		if (!is_worth_telling(&frame->entry))
			return false;
		begin(look, frame, r, frame->entry.t_ns);
		add_amended(output_text(), look, frame);
		end(output_text());
		return true;
	case TCPLEDGER_FRAME_END:
		add_verdict(look, &frame->record);
		return true;
	case TCPLEDGER_FRAME_LOST:
		add_lost(look, frame);
		return true;
	default:
		return false;
	}
}
