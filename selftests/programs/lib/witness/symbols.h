/* SPDX-License-Identifier: GPL-2.0 */
/* What a stack of the kernel tells: on whose behalf it did something to a connection. */
#ifndef TCPLEDGER_SELFTEST_SYMBOLS_H
#define TCPLEDGER_SELFTEST_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum symbols_by {
	BY_UNKNOWN,		/* no stack, or no function in it that tells */
	BY_CALL,		/* a system call on the socket itself */
	BY_CONNECT,		/* a connect() */
	BY_ABORT,		/* ss -K */
	BY_SEGMENT,		/* a segment that came */
	BY_TIMER,		/* a timer that ran out */
	BY_ICMP,		/* an ICMP error that came */
	BY_NETNS,		/* a namespace that dies */
	BY_TPROXY,		/* a SYN that netfilter's TPROXY took, before TCP has it */
};

void symbols_load(void);
void symbols_reload(void);
uint64_t symbols_address(const char *name, const char *module);
enum symbols_by symbols_by(const uint64_t *stack, size_t n, bool *backlog);
const char *symbols_by_name(enum symbols_by by);

#endif
