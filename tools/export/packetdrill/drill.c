// SPDX-License-Identifier: GPL-2.0
#include "export/packetdrill/drill.h"

#include <stdarg.h>
#include <stdio.h>

#include <linux/tcpledger.h>

#include "base/escape.h"
#include "base/text.h"
#include "print/format.h"

#define NS_PER_US	1000

/**
 * drill_comment - a line for people
 * @drill: the script
 * @format: as printf(); a newline in it, or in a stranger's name, does no harm
 */
void drill_comment(struct drill *drill, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_string(drill->out, "// ");
	escape_terminal(drill->out, line);
	text_char(drill->out, '\n');
}

/*
 * The time of an event, after the one before it; the first must be at 0.
 */
static void begin(struct drill *drill, int64_t t_ns)
{
	int64_t after = 0;

	if (!drill->started) {
		text_string(drill->out, "0 ");
		drill->started = true;
		if (t_ns > drill->now_ns)
			drill->now_ns = t_ns;
		return;
	}
	if (t_ns > drill->now_ns) {
		after = t_ns - drill->now_ns;
		drill->now_ns = t_ns;
	}
	text_char(drill->out, '+');
	if (after < NS_PER_US)
		text_char(drill->out, '0');
	else
		format_seconds(drill->out, after, 6);
	text_char(drill->out, ' ');
}

/**
 * drill_call - the program under test calls
 * @drill: the script
 * @t_ns: when
 * @format: as printf(): the call and its result, as strace(1) shows them
 */
void drill_call(struct drill *drill, int64_t t_ns, const char *format, ...)
{
	char line[256];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	begin(drill, t_ns);
	text_string(drill->out, line);
	text_char(drill->out, '\n');
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
 * drill_can - whether packetdrill has words for a segment
 * @segment: the segment
 *
 * Return: false if its payload is too long, or its numbers wrap.
 */
bool drill_can(const struct drill_segment *segment)
{
	return segment->len <= UINT16_MAX && segment->seq <= UINT32_MAX - segment->len;
}

/* Which options the kernel adds depends on its settings: any will do. */
static void add_segment(struct drill *drill, const struct drill_segment *segment)
{
	struct text *out = drill->out;

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
 * drill_segment - a segment at its time
 * @drill: the script
 * @t_ns: when
 * @segment: a segment that drill_can() express
 */
void drill_segment(struct drill *drill, int64_t t_ns, const struct drill_segment *segment)
{
	begin(drill, t_ns);
	add_segment(drill, segment);
}

/**
 * drill_segment_within - a segment that the kernel may delay
 * @drill: the script
 * @most_ns: how long
 * @segment: a segment that goes out
 */
void drill_segment_within(struct drill *drill, int64_t most_ns,
			  const struct drill_segment *segment)
{
	text_string(drill->out, "+0~+");
	format_seconds(drill->out, most_ns, 6);
	text_char(drill->out, ' ');
	add_segment(drill, segment);
}
