/* SPDX-License-Identifier: GPL-2.0 */
/* KTAP for tests in C: the plan, the results, then tap_end() as the status of main(). */
#ifndef TCPLEDGER_TAP_H
#define TCPLEDGER_TAP_H

#include <stdbool.h>

void tap_plan(unsigned int count);
void tap_result(bool good, const char *format, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *format, ...) __attribute__((format(printf, 1, 2)));
int tap_end(void);

#endif
