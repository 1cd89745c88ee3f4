/* SPDX-License-Identifier: GPL-2.0 */
/* 2MSL as the ledger tells it against what the kernel traced. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_TIMEWAIT_H
#define TCPLEDGER_SELFTEST_JUDGE_TIMEWAIT_H

#include "lib/world/world.h"

/**
 * struct timewait_count - what the kernel did with timewait sockets in a test
 * @entries: timewait sockets that came
 * @time_waits: those that were in TIME_WAIT and not in FIN_WAIT2 only
 * @restarts: restarts of the timer in TIME_WAIT
 * @exits: timewait sockets that went
 * @reused: those of them that a connect() took over
 */
struct timewait_count {
	size_t entries;
	size_t time_waits;
	size_t restarts;
	size_t exits;
	size_t reused;
};

int judge_timewait_of(struct world *world, int where, uint64_t inode, struct timewait_count *count);
int judge_timewait(struct world *world);

#endif
