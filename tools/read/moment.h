/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moments of the wall clock: nanoseconds since 1970.
 */
#ifndef TCPLEDGER_MOMENT_H
#define TCPLEDGER_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

bool moment_after(int64_t from, int64_t offset, int64_t *moment);

#endif
