/* SPDX-License-Identifier: GPL-2.0 */
/* The third judge: which connections ss sees, and in which states. */
#ifndef TCPLEDGER_SELFTEST_SS_H
#define TCPLEDGER_SELFTEST_SS_H

#include "lib/ledger/ledger.h"

#define SS_MAX	1024

/**
 * struct ss_line - a connection as ss shows it
 * @state: TCP_*
 * @local: own end
 * @remote: the other
 */
struct ss_line {
	int state;
	struct endpoint local;
	struct endpoint remote;
};

/**
 * struct ss - all connections of a namespace, without listeners
 * @n: how many
 * @line: the connections
 */
struct ss {
	size_t n;
	struct ss_line line[SS_MAX];
};

void ss_read(struct ss *ss);
const struct ss_line *ss_find(const struct ss *ss, const struct endpoint *local,
			      const struct endpoint *remote);
int judge_ss(const struct ss *ss, const struct ledger *ledger);

#endif
