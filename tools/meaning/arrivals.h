/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two records of one connection, one of each end: which entry of the one log is
 * the arrival of which departure in the other. Pure.
 */
#ifndef TCPLEDGER_ARRIVALS_H
#define TCPLEDGER_ARRIVALS_H

#include <stdint.h>

struct record;

void arrivals_match(const struct record *from, const struct record *to, int64_t lag_ns,
		    int *arrives, int *departs);

#endif
