// SPDX-License-Identifier: GPL-2.0
#include "drill_parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "drill_lexer.h"

static const char *path;
static struct lexer lexer;
static struct token token;
static jmp_buf failed;
static unsigned int events;

static __attribute__((noreturn, format(printf, 1, 2))) void fail(const char *format, ...)
{
	va_list args;

	printf("# %s:%u: ", path, token.line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(", at '%.*s'\n", (int)(token.len > 20 ? 20 : token.len), token.text);
	longjmp(failed, 1);
}

static void next(void)
{
	token = lexer_next(&lexer);
}

static bool at(const char *text)
{
	return token.kind != TOKEN_END && token_is(&token, text);
}

static bool take_if(const char *text)
{
	bool is = at(text);

	if (is)
		next();
	return is;
}

static void want(const char *text)
{
	if (!take_if(text))
		fail("'%s' is wanted", text);
}

static int64_t want_integer(const char *what, int64_t most)
{
	int64_t value;

	if (token.kind != TOKEN_INTEGER)
		fail("%s must be an integer", what);
	value = atoll(token.text);
	if (value < 0 || value > most)
		fail("%s is out of range", what);
	next();
	return value;
}

static void want_word(const char *what)
{
	if (token.kind != TOKEN_WORD)
		fail("%s must be a word that is not reserved", what);
	next();
}

/* option: OPTION '=' (INTEGER | WORD | STRING | ipv4 | ipv6) */
static void parse_option(void)
{
	bool tolerance = at("--tolerance_usecs"), version = at("--ip_version");

	if (!tolerance && !version)
		fail("an option that packetdrill may not know");
	next();
	want("=");
	if (tolerance)
		want_integer("the tolerance", INT32_MAX);
	else if (!take_if("ipv4") && !take_if("ipv6"))
		fail("an IP version is wanted");
}

static double want_time(void)
{
	double value;

	if (token.kind != TOKEN_FLOAT && token.kind != TOKEN_INTEGER)
		fail("a time is wanted");
	value = atof(token.text);
	if (value < 0)
		fail("a negative time");
	next();
	return value;
}

/* event_time: '+' time | time | '+' time '~' '+' time; the first is absolute */
static void parse_time(struct event *event, bool first)
{
	bool relative = take_if("+");

	event->time = want_time();
	if (first && (relative || event->time != 0))
		fail("the first event must be at time 0");
	if (!first && !relative)
		fail("an absolute time");
	if (!take_if("~"))
		return;
	want("+");
	event->ranged = true;
	if (want_time() < event->time)
		fail("a time range that is backwards");
}

/* flags: WORD ['.'] | '.' | '-' */
static void parse_flags(struct event *event)
{
	size_t len = 0;

	if (take_if("-"))
		return;
	if (token.kind == TOKEN_WORD) {
		if (token.len > 8 || strspn(token.text, "FSRPEWU") < token.len)
			fail("no TCP flags");
		memcpy(event->flags, token.text, token.len);
		len = token.len;
		next();
	}
	if (take_if("."))
		event->flags[len++] = '.';
	if (!len)
		fail("TCP flags are wanted");
}

/* seq: INTEGER ':' INTEGER '(' INTEGER ')' */
static void parse_seq(struct event *event)
{
	int64_t end;

	event->seq = (uint32_t)want_integer("sequence number", UINT32_MAX);
	want(":");
	end = want_integer("end of the sequence", UINT32_MAX);
	want("(");
	event->len = (uint32_t)want_integer("payload", UINT16_MAX);
	want(")");
	if (end != (int64_t)event->seq + event->len)
		fail("sequence numbers and payload do not fit");
}

/* Returns bytes of the option. */
static unsigned int parse_tcp_option(void)
{
	if (take_if("nop") || take_if("eol"))
		return 1;
	if (take_if("sackOK"))
		return 2;
	if (take_if("mss")) {
		want_integer("MSS", UINT16_MAX);
		return 4;
	}
	if (take_if("wscale")) {
		want_integer("window scale", UINT8_MAX);
		return 3;
	}
	want("TS");
	want("val");
	want_integer("timestamp", UINT32_MAX);
	want("ecr");
	want_integer("timestamp echo", UINT32_MAX);
	return 10;
}

static void parse_tcp_options(const struct event *event)
{
	unsigned int bytes = 0;

	if (token.kind == TOKEN_ELLIPSIS) {
		if (!event->out)
			fail("<...> in a segment that comes in");
		next();
	} else {
		do
			bytes += parse_tcp_option();
		while (take_if(","));
		if (bytes % 4)
			fail("options of %u bytes are not padded", bytes);
		if (bytes > 40)
			fail("options of %u bytes are too long", bytes);
	}
	want(">");
}

static void parse_segment(struct event *event)
{
	event->kind = EVENT_SEGMENT;
	event->win = -1;
	parse_flags(event);
	parse_seq(event);
	if (take_if("ack"))
		event->ack = (uint32_t)want_integer("acknowledgment number", UINT32_MAX);
	if (take_if("win"))
		event->win = (int)want_integer("window", UINT16_MAX);
	if (take_if("<"))
		parse_tcp_options(event);
	if (!event->out && event->win < 0)
		fail("a segment that comes in needs a window");
}

/* packet: direction (tcp | icmp WORD [WORD] ['[' seq ']']) */
static void parse_packet(struct event *event)
{
	event->out = at(">");
	next();
	if (event->ranged && !event->out)
		fail("a time range is for what goes out only");
	if (!take_if("icmp")) {
		parse_segment(event);
		return;
	}
	event->kind = EVENT_ICMP;
	want_word("type of ICMP");
	if (token.kind == TOKEN_WORD)
		next();
	want("[");
	parse_seq(event);
	want("]");
}

static int64_t parse_expression(void);

static void parse_list(const char *end)
{
	do
		parse_expression();
	while (take_if(","));
	want(end);
}

/* '{' onoff '=' INTEGER ',' linger '=' INTEGER '}' */
static void parse_linger(void)
{
	want("onoff");
	want("=");
	want_integer("onoff", 1);
	want(",");
	want("linger");
	want("=");
	want_integer("linger", INT32_MAX);
	want("}");
}

/* Returns the value of a number, else -1. */
static int64_t parse_expression(void)
{
	int64_t value = -1;

	if (token.kind == TOKEN_INTEGER) {
		value = atoll(token.text);
		next();
	} else if (take_if("[")) {
		parse_list("]");
	} else if (take_if("{")) {
		parse_linger();
	} else if (token.kind == TOKEN_ELLIPSIS || token.kind == TOKEN_WORD ||
		   token.kind == TOKEN_HEX || token.kind == TOKEN_STRING) {
		next();
	} else {
		fail("an expression is wanted");
	}
	if (take_if("|")) {
		parse_expression();
		return -1;
	}
	return value;
}

/* WORD '(' [expressions] ')' '=' expression [WORD '(' words ')'] */
static void parse_call(struct event *event)
{
	static const char *const known[] = {
		"socket", "bind", "listen", "accept", "connect", "fcntl", "read", "write", "send",
		"sendto", "setsockopt", "getsockopt", "shutdown", "close",
	};
	unsigned int i = 0;

	event->kind = EVENT_CALL;
	while (i < ARRAY_SIZE(known) && !at(known[i]))
		i++;
	if (i == ARRAY_SIZE(known))
		fail("a call that packetdrill may not know");
	strcpy(event->name, known[i]);
	next();
	want("(");
	do {
		if (event->args == CALL_ARGS)
			fail("too many arguments");
		event->arg[event->args++] = parse_expression();
	} while (take_if(","));
	want(")");
	want("=");
	event->result = parse_expression();
	if (token.kind != TOKEN_WORD || event->result != -1)
		return;
	next();		/* the name of the error */
	want("(");
	do
		want_word("the text of the error");
	while (token.kind == TOKEN_WORD);
	want(")");
}

static void parse_event(struct event *event, bool first)
{
	memset(event, 0, sizeof(*event));
	event->line = token.line;
	parse_time(event, first);
	if (at("<") || at(">"))
		parse_packet(event);
	else if (event->ranged)
		fail("a time range is for what goes out only");
	else if (token.kind == TOKEN_WORD)
		parse_call(event);
	else
		fail("an event is wanted");
}

/**
 * parser_read - read a script
 * @name: its name, for messages
 * @script: its text
 * @take: called for each event; returns false to stop
 *
 * Return: true if it is a script.
 */
bool parser_read(const char *name, const char *script, bool (*take)(const struct event *event))
{
	struct event event;

	path = name;
	events = 0;
	lexer = (struct lexer){ .at = script, .line = 1 };
	if (setjmp(failed))
		return false;
	next();
	while (token.kind == TOKEN_OPTION)
		parse_option();
	if (token.kind == TOKEN_COMMAND)
		next();
	do {
		parse_event(&event, !events++);
		if (!take(&event))
			return false;
	} while (token.kind != TOKEN_END);
	return true;
}
