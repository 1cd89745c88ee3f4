/* SPDX-License-Identifier: GPL-2.0 */
/* Which connections have a record, against the capture and libpcap's own filter. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_SCOPE_H
#define TCPLEDGER_SELFTEST_JUDGE_SCOPE_H

#include "lib/world/world.h"

/**
 * struct scope_count - endpoints of this namespace that began since a moment
 * @taken: the filter takes their first SYN
 * @refused: it does not
 */
struct scope_count {
	int taken;
	int refused;
};

int judge_scope(struct world *world, const char *expression, int64_t since,
		struct scope_count *count);

#endif
