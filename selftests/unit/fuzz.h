/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A fuzz target: clang's libFuzzer calls it without end ('make fuzz'), fuzz_main.c
 * with its corpus and with a fixed series of inputs ('make check').
 */
#ifndef TCPLEDGER_FUZZ_H
#define TCPLEDGER_FUZZ_H

#include "verdict/env.h"

#include <stdlib.h>

#include "tap.h"

/* What fuzz_main.c must know of a target. */
extern const char *const fuzz_corpus;	/* folder */
extern const unsigned int fuzz_inputs;	/* how many of the series */
extern const size_t fuzz_size;		/* bytes of each */
unsigned long long fuzz_events(void);	/* events performed so far */

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* Something does not hold: say what, and leave the input to the fuzzer. */
static inline void __attribute__((noreturn)) fuzz_found(const char *target, const char *what)
{
	tap_note("%s: %s", target, what);
	abort();
}

#endif
