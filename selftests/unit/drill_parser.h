/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The grammar of packetdrill's scripts, as published (gtests/net/packetdrill/
 * parser.y), as far as a script about one TCP connection needs it, with what
 * packetdrill checks beyond it.
 */
#ifndef TCPLEDGER_DRILL_PARSER_H
#define TCPLEDGER_DRILL_PARSER_H

#include <stdbool.h>
#include <stdint.h>

#define CALL_ARGS	8

enum event_kind { EVENT_SEGMENT, EVENT_ICMP, EVENT_CALL, EVENT_COMMAND };

/**
 * struct event - something that happens in a script
 * @kind: what
 * @line: where it stands
 * @time: when, in seconds, after the last one unless it is the first
 * @ranged: it may come later
 * @out: segment: the kernel sends it
 * @flags: segment: letters, in the order of the script
 * @seq: segment: relative sequence number
 * @len: segment: payload bytes
 * @ack: segment: relative acknowledgment number
 * @win: segment: window, -1 if none is given
 * @name: call: its name
 * @args: call: how many arguments
 * @arg: call: those that are numbers; -1 for others
 * @result: call: what it returns
 */
struct event {
	enum event_kind	kind;
	unsigned int	line;
	double		time;
	bool		ranged;
	bool		out;
	char		flags[16];
	uint32_t	seq;
	uint32_t	len;
	uint32_t	ack;
	int		win;
	char		name[32];
	unsigned int	args;
	int64_t		arg[CALL_ARGS];
	int64_t		result;
};

bool parser_read(const char *path, const char *script, bool (*take)(const struct event *event));

#endif
