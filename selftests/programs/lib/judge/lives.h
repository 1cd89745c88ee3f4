/* SPDX-License-Identifier: GPL-2.0 */
/* The life of each connection's end, rebuilt from the kernel's trace. */
#ifndef TCPLEDGER_SELFTEST_LIVES_H
#define TCPLEDGER_SELFTEST_LIVES_H

#include "lib/witness/trace.h"

#define LIFE_STEPS_MAX		16
#define LIFE_RESTARTS_MAX	8	/* whose times are kept */

/**
 * struct life_step - one change of state
 * @from: old TCP state
 * @to: new TCP state
 * @ev: the event that told
 */
struct life_step {
	int from;
	int to;
	const struct trace_event *ev;
};

/**
 * struct life_timewait - the timewait socket that took over from the full socket
 * @object: its address while it lives, else 0
 * @where: its namespace
 * @state: its substate
 * @began: when it took over, 0 if there was none
 * @entered: when it came to TIME_WAIT, or 0
 * @ended: when it was killed, or 0
 * @restarts: how often its timer began anew in TIME_WAIT
 * @restart: when, the first of them
 * @kill: the event that ended it, or NULL
 */
struct life_timewait {
	uint64_t object;
	int where;
	int state;
	int64_t began;
	int64_t entered;
	int64_t ended;
	size_t restarts;
	int64_t restart[LIFE_RESTARTS_MAX];
	const struct trace_event *kill;
};

/**
 * struct life - a full socket from its first state to CLOSE, then its timewait socket
 * @sk: address of the full socket, 0 if only the timewait socket was traced
 * @local: own end; port 0 where the kernel had none yet
 * @remote: the other
 * @where: namespace of the full socket
 * @last: its last state
 * @ended: nothing of it is left
 * @n: how many steps
 * @step: its states, those of the timewait socket among them
 * @tw: the timewait socket
 * @matched: scratch of a judge
 */
struct life {
	uint64_t sk;
	struct endpoint local;
	struct endpoint remote;
	int where;
	int last;
	bool ended;
	int n;
	struct life_step step[LIFE_STEPS_MAX];
	struct life_timewait tw;
	bool matched;
};

/**
 * struct lives - all lives of a trace
 * @n: how many
 * @list: in the order of their beginning
 * @headless: events, in the test's own namespaces, of timewait sockets whose beginning
 *	was not traced
 */
struct lives {
	size_t n;
	struct life *list;
	size_t headless;
};

void lives_read(struct lives *lives, const struct trace *trace);
void lives_free(struct lives *lives);

#endif
