/* SPDX-License-Identifier: GPL-2.0 */
/* The second judge: what the kernel says its TCP did. */
#ifndef TCPLEDGER_SELFTEST_TRACE_H
#define TCPLEDGER_SELFTEST_TRACE_H

#include "packet.h"

#define TRACE_CPUS_MAX	64
#define TRACE_SPACES	3	/* namespaces of one test: two ends, and what is between them */
#define TRACE_ELSEWHERE	(-1)	/* in none of them */

enum trace_kind {
	TRACE_STATE,		/* sock:inet_sock_set_state */
	TRACE_TW_SCHEDULE,	/* a timewait socket begins, or its timer restarts */
	TRACE_TW_KILL,		/* a timewait socket ends */
	TRACE_SPACE,		/* someone makes a socket: what its namespace is */
	TRACE_KINDS
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
 * @where: a timewait socket: which namespace of the test it is in, or TRACE_ELSEWHERE;
 *	TRACE_STATE: which the test was in when it read the event
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
};

/**
 * struct trace - what one test reads of the trace
 * @cpus: ring buffers open
 * @fd: one for each
 * @page: size of a page of the ring buffer
 * @since: when it began, CLOCK_MONOTONIC
 * @space: addresses of the test's namespaces in the kernel
 * @n: events read
 * @room: events there is memory for
 * @list: in the order of time
 */
struct trace {
	int cpus;
	int fd[TRACE_CPUS_MAX];
	size_t page;
	int64_t since;
	uint64_t space[TRACE_SPACES];
	size_t n;
	size_t room;
	struct trace_event *list;
};

void trace_begin(void);
void trace_timewait_only(size_t n);
void trace_open(struct trace *trace);
void trace_space(struct trace *trace, int which);
void trace_drain(struct trace *trace, int where);
void trace_close(struct trace *trace);
const char *state_name(int state);

#endif
