/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the program says that it cannot: one line on stderr with what, where,
 * why and what to do, and the exit status that goes with it.
 */
#ifndef TCPLEDGER_FAIL_H
#define TCPLEDGER_FAIL_H

#include <stdbool.h>

#include "base/compiler.h"

enum fail_status {
	FAIL_NONE,	/* done */
	FAIL_WORK,	/* the work could not be done */
	FAIL_USAGE,	/* the program was called wrongly */
};

int fail_work(const char *advice, const char *format, ...) __printf(2, 3);
int fail_read(const char *path, const char *advice, const char *format, ...)
	__printf(3, 4);
void fail_partly(const char *path, const char *advice, const char *format, ...)
	__printf(3, 4);
int fail_status(void);
void fail_note(const char *path, const char *advice, const char *format, ...)
	__printf(3, 4);
void fail_summary(const char *format, ...) __printf(1, 2);
int fail_usage(const char *format, ...) __printf(1, 2);
void fail_quietly(bool quiet);

#endif
