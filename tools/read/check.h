/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether numbers that were read can be what they say: whoever uses a record need
 * not look whether an enumeration is in range or a segment in the log. Pure.
 */
#ifndef TCPLEDGER_CHECK_H
#define TCPLEDGER_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/tcpledger.h>

bool check_size(uint32_t size, size_t least);
const char *check_record(const struct tcpledger_record *r, uint64_t *value);
const char *check_entry(const struct tcpledger_entry *e, unsigned int log_n, uint64_t *value);

#endif
