/* SPDX-License-Identifier: GPL-2.0 */
/* The second judge: what the kernel says its TCP did. */
#ifndef TCPLEDGER_SELFTEST_TRACE_H
#define TCPLEDGER_SELFTEST_TRACE_H

#include "lib/base/packet.h"
#include "lib/witness/symbols.h"

#define TRACE_CPUS_MAX	64
#define TRACE_SPACES	3	/* namespaces of one test: two ends, and what is between them */
#define TRACE_ELSEWHERE	(-1)	/* in none of them */

enum trace_kind {
	TRACE_STATE,		/* sock:inet_sock_set_state */
	TRACE_TW_SCHEDULE,	/* a timewait socket begins, or its timer restarts */
	TRACE_TW_KILL,		/* a timewait socket ends */
	TRACE_SPACE,		/* someone makes a socket: what its namespace is */
	TRACE_WHERE,		/* the namespace of a socket whose state was traced before */
	TRACE_PROCESS,		/* TCP processes a segment in a state that is not open... */
	TRACE_OPEN,		/* ...or a SYN, FIN or RST in ESTABLISHED... */
	TRACE_TIMEWAIT,		/* ...or one to a timewait socket... */
	TRACE_REQUEST,		/* ...or one to a request socket */
	TRACE_DROP,		/* a packet is thrown away for a reason */
	TRACE_STACK,		/* the stack at the event before */
	TRACE_KINDS
};

/**
 * struct trace_segment - a segment, as TCP keeps it while it processes it
 * @seq: sequence number
 * @end: the number after it
 * @ack: acknowledgment number
 * @flags: SEG_*; 0 if there is no segment
 */
struct trace_segment {
	uint32_t seq;
	uint32_t end;
	uint32_t ack;
	uint8_t flags;
};

/**
 * struct trace_event - one line of the kernel's trace
 * @ns: CLOCK_MONOTONIC
 * @object: address of the socket or timewait socket
 * @local: own end; port 0 where the kernel had none yet
 * @remote: the other
 * @kind: what it tells
 * @from: old TCP state
 * @to: new TCP state; of a timewait socket its substate
 * @rearm: TRACE_TW_SCHEDULE: a restart
 * @protocol: TRACE_STATE: IPPROTO_TCP, or IPPROTO_MPTCP for a socket above subflows
 * @where: which namespace of the test the socket is in, or TRACE_ELSEWHERE
 * @by: TRACE_STATE, TRACE_TW_KILL: on whose behalf, as its stack tells
 * @stacked: the stack was found
 * @backlog: the segment had waited until a program let the socket go
 * @segment: the segment that TCP was processing; of TRACE_PROCESS to TRACE_REQUEST, which
 *	read as TRACE_PROCESS, the segment itself
 * @packet: TRACE_PROCESS, TRACE_DROP: address of the packet
 * @moved: TRACE_PROCESS: TCP changed its state by it, or that of its timewait socket
 * @refused: TRACE_PROCESS: a timewait socket in FIN_WAIT2 answered it with an RST, and ended
 * @reason: TRACE_DROP, TRACE_PROCESS: why the packet was thrown away, 0 if it was not
 * @taken: scratch of a judge
 */
struct trace_event {
	int64_t ns;
	uint64_t object;
	struct endpoint local;
	struct endpoint remote;
	enum trace_kind kind;
	int from;
	int to;
	bool rearm;
	int protocol;
	int where;
	enum symbols_by by;
	bool stacked;
	bool backlog;
	struct trace_segment segment;
	uint64_t packet;
	bool moved;
	bool refused;
	uint32_t reason;
	bool taken;
};

/**
 * struct trace - what one test reads of the trace
 * @cpus: ring buffers open
 * @fd: one for each
 * @page: size of a page of the ring buffer
 * @since: when it began, CLOCK_MONOTONIC
 * @netns: addresses of the test's namespaces in the kernel
 * @asks: which of them trace_space() wants to know, else TRACE_ELSEWHERE
 * @n: events read
 * @room: events there is memory for
 * @list: in the order of time
 */
struct trace {
	int cpus;
	int fd[TRACE_CPUS_MAX];
	size_t page;
	int64_t since;
	uint64_t netns[TRACE_SPACES];
	int asks;
	size_t n;
	size_t room;
	struct trace_event *list;
};

void trace_begin(void);
void trace_timewait_only(size_t n);
void trace_open(struct trace *trace);
void trace_space(struct trace *trace, int which);
void trace_drain(struct trace *trace);
void trace_close(struct trace *trace);
const char *trace_reason(uint32_t reason);
const char *state_name(int state);

#endif
