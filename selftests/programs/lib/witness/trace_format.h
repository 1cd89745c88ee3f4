/* SPDX-License-Identifier: GPL-2.0 */
/* Where the kernel's trace has the fields of its events: set up once, then only read. */
#ifndef TCPLEDGER_SELFTEST_TRACE_FORMAT_H
#define TCPLEDGER_SELFTEST_TRACE_FORMAT_H

#include "lib/witness/trace.h"

/**
 * struct trace_format - one kind of event
 * @id: its number in the ring buffer
 * @offset: of its fields, in the order of the list below that is of its kind
 */
struct trace_format {
	int id;
	int offset[12];
};

extern struct trace_format trace_formats[TRACE_KINDS];

/* Of all events. */
#define TRACE_PID_AT	4

enum {
	STATE_SK, STATE_OLD, STATE_NEW, STATE_SPORT, STATE_DPORT, STATE_PROTOCOL, STATE_SADDR,
	STATE_DADDR
};

enum {
	TW_SOCK, TW_NET, TW_SUBSTATE, TW_FAMILY, TW_RPORT, TW_LPORT, TW_RADDR, TW_LADDR, TW_RADDR6,
	TW_LADDR6, TW_REARM
};

enum { SPACE_NET };

enum { WHERE_SOCK, WHERE_NET };

enum {
	SEGMENT_SOCK, SEGMENT_NET, SEGMENT_SKB, SEGMENT_SEQ, SEGMENT_END, SEGMENT_ACK,
	SEGMENT_FLAGS, SEGMENT_RPORT, SEGMENT_LPORT
};

enum { DROP_SKB, DROP_REASON, DROP_SEQ, DROP_END, DROP_FLAGS };

enum { STACK_SIZE, STACK_CALLER };

#endif
