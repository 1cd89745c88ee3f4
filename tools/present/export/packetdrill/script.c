// SPDX-License-Identifier: GPL-2.0
#include "present/export/packetdrill/script.h"

#include <stdarg.h>
#include <stdio.h>

#include <linux/tcpledger.h>

#include "base/escape.h"
#include "base/text.h"
#include "present/print/format.h"

#define NS_PER_US	1000

/**
 * script_comment - a line for people
 * @script: the script
 * @format: as printf(); a newline in it, or in a stranger's name, does no harm
 */
void script_comment(struct script *script, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_string(script->out, "// ");
	escape_terminal(script->out, line);
	text_char(script->out, '\n');
}

/*
 * The time of an event, after the one before it; the first must be at 0.
 */
static void begin(struct script *script, int64_t t_ns)
{
	int64_t after = 0;

	if (!script->started) {
		text_string(script->out, "0 ");
		script->started = true;
		if (t_ns > script->now_ns)
			script->now_ns = t_ns;
		return;
	}
	if (t_ns > script->now_ns) {
		after = t_ns - script->now_ns;
		script->now_ns = t_ns;
	}
	text_char(script->out, '+');
	if (after < NS_PER_US)
		text_char(script->out, '0');
	else
		format_seconds(script->out, after, 6);
	text_char(script->out, ' ');
}

/**
 * script_call - the program under test calls
 * @script: the script
 * @t_ns: when
 * @format: as printf(): the call and its result, as strace(1) shows them
 */
void script_call(struct script *script, int64_t t_ns, const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	begin(script, t_ns);
	text_string(script->out, line);
	text_char(script->out, '\n');
}

static void add_flags(struct text *out, unsigned int flags)
{
	static const struct {
		unsigned int	flag;
		char		letter;
	} letters[] = {
		{ TCPLEDGER_FIN, 'F' }, { TCPLEDGER_SYN, 'S' }, { TCPLEDGER_RST, 'R' },
		{ TCPLEDGER_PSH, 'P' }, { TCPLEDGER_ECE, 'E' }, { TCPLEDGER_CWR, 'W' },
		{ TCPLEDGER_URG, 'U' }, { TCPLEDGER_ACK, '.' },
	};
	unsigned int i;

	if (!flags)
		text_char(out, '-');
	for (i = 0; i < ARRAY_SIZE(letters); i++)
		if (flags & letters[i].flag)
			text_char(out, letters[i].letter);
}

/**
 * script_can_express - whether packetdrill has words for a segment
 * @segment: the segment
 *
 * Return: false if its payload is too long, or its numbers wrap.
 */
bool script_can_express(const struct script_segment *segment)
{
	return segment->len <= UINT16_MAX && segment->seq <= UINT32_MAX - segment->len;
}

/* Which options the kernel adds depends on its settings: any will do. */
static void add_segment(struct script *script, const struct script_segment *segment)
{
	struct text *out = script->out;

	text_string(out, segment->out ? "> " : "< ");
	add_flags(out, segment->flags);
	text_printf(out, " %u:%u(%u)", segment->seq, segment->seq + segment->len, segment->len);
	if (segment->flags & TCPLEDGER_ACK)
		text_printf(out, " ack %u", segment->ack);
	if (segment->out)
		text_string(out, " <...>");
	else
		text_printf(out, " win %u", segment->win);
	if (!segment->out && segment->options)
		text_printf(out, " <%s>", segment->options);
	text_char(out, '\n');
}

/**
 * script_segment - a segment at its time
 * @script: the script
 * @t_ns: when
 * @segment: a segment for which script_can_express() is true
 */
void script_segment(struct script *script, int64_t t_ns, const struct script_segment *segment)
{
	begin(script, t_ns);
	add_segment(script, segment);
}

/**
 * script_segment_within - a segment that the kernel may delay
 * @script: the script
 * @most_ns: how long
 * @segment: a segment that goes out
 */
void script_segment_within(struct script *script, int64_t most_ns,
			   const struct script_segment *segment)
{
	text_string(script->out, "+0~+");
	format_seconds(script->out, most_ns, 6);
	text_char(script->out, ' ');
	add_segment(script, segment);
}
