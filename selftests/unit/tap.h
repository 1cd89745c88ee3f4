/* SPDX-License-Identifier: GPL-2.0 */
/*
 * All KTAP that a program in C prints: the plan, the results, then tap_end() as the
 * status of main().
 */
#ifndef TCPLEDGER_TAP_H
#define TCPLEDGER_TAP_H

#include <stdbool.h>

void tap_plan(unsigned int count);
void tap_result(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void tap_bail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
int tap_end(void);

#endif
