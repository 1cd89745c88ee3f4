/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines of a packetdrill script: what happens, and how long after what
 * happened before. Its numbers count from the ISN of their sender, as in a
 * script both ISNs are 0.
 */
#ifndef TCPLEDGER_DRILL_H
#define TCPLEDGER_DRILL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct text;

/**
 * struct drill - a script in the making
 * @out: where it goes
 * @started: something has happened
 * @now_ns: when the last thing happened, by the record's clock
 */
struct drill {
	struct text	*out;
	bool		started;
	int64_t		now_ns;
};

/**
 * struct drill_segment - a segment of the script
 * @out: the kernel must send it; else it is injected
 * @flags: byte 13 of the TCP header
 * @seq: relative sequence number
 * @ack: relative acknowledgment number
 * @len: payload bytes
 * @win: window field; of no use in one that goes out
 * @options: options of one that comes in, or NULL
 */
struct drill_segment {
	bool		out;
	unsigned int	flags;
	uint32_t	seq;
	uint32_t	ack;
	uint32_t	len;
	unsigned int	win;
	const char	*options;
};

void drill_comment(struct drill *drill, const char *format, ...) __printf(2, 3);
void drill_call(struct drill *drill, int64_t t_ns, const char *format, ...) __printf(3, 4);
bool drill_can(const struct drill_segment *segment);
void drill_segment(struct drill *drill, int64_t t_ns, const struct drill_segment *segment);
void drill_segment_within(struct drill *drill, int64_t most_ns,
			  const struct drill_segment *segment);

#endif
