/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of a packetdrill script: what happens, and how long after what
 * happened before. Its numbers count from the ISN of their sender, as in a
 * script both ISNs are 0.
 */
#ifndef TCPLEDGER_SCRIPT_H
#define TCPLEDGER_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct text;

/**
 * struct script - a script in the making
 * @out: where it goes
 * @started: something has happened
 * @now_ns: when the last thing happened, by the record's clock
 */
struct script {
	struct text	*out;
	bool		started;
	int64_t		now_ns;
};

/**
 * struct script_segment - a segment of the script
 * @out: the kernel must send it; else it is injected
 * @flags: byte 13 of the TCP header
 * @seq: relative sequence number
 * @ack: relative acknowledgment number
 * @len: payload bytes
 * @win: window field; of no use in one that goes out
 * @options: options of one that comes in, or NULL
 */
struct script_segment {
	bool		out;
	unsigned int	flags;
	uint32_t	seq;
	uint32_t	ack;
	uint32_t	len;
	unsigned int	win;
	const char	*options;
};

void script_comment(struct script *script, const char *format, ...) __printf(2, 3);
void script_call(struct script *script, int64_t t_ns, const char *format, ...) __printf(3, 4);
bool script_can_express(const struct script_segment *segment);
void script_segment(struct script *script, int64_t t_ns, const struct script_segment *segment);
void script_segment_within(struct script *script, int64_t most_ns,
			   const struct script_segment *segment);

#endif
