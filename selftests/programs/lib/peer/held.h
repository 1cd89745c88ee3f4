/* SPDX-License-Identifier: GPL-2.0 */
/* Two connections beside what a test does, and that their records do not change by it. */
#ifndef TCPLEDGER_SELFTEST_HELD_H
#define TCPLEDGER_SELFTEST_HELD_H

#include "lib/peer/sock.h"

/**
 * struct held - connections whose records nothing else may touch
 * @live: an open connection
 * @ended: one that is over
 * @before: their records as JSON, but for what grows with time
 */
struct held {
	struct pair live;
	struct pair ended;
	char *before;
};

struct held hold(int family);
int judge_held(const struct held *held);

#endif
