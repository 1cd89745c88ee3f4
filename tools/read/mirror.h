/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two records of one connection, one of each end: whether they are that, and
 * which entry of the one log is the arrival of which departure in the other.
 * Pure.
 */
#ifndef TCPLEDGER_MIRROR_H
#define TCPLEDGER_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tcpledger.h>

struct record;

int64_t mirror_isn(const struct record *record, enum tcpledger_entry_type type);
bool mirror_is_self(const struct record *record);
bool mirror_is(const struct record *record, const struct record *other);
void mirror_match(const struct record *from, const struct record *to, int64_t lag_ns,
		  int *arrives, int *departs);

#endif
