/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the program says that it cannot: one line on stderr with what, where,
 * why and what to do, and the exit status that goes with it.
 */
#ifndef TCPLEDGER_FAIL_H
#define TCPLEDGER_FAIL_H

enum fail_status {
	FAIL_NONE,	/* done */
	FAIL_WORK,	/* the work could not be done */
	FAIL_USAGE,	/* the program was called wrongly */
};

int fail_work(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fail_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));
void fail_memory(void) __attribute__((noreturn));

#endif
