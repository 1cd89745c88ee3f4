/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a segment that the other end's log does not have was lost. Pure.
 */
#ifndef TCPLEDGER_FATE_H
#define TCPLEDGER_FATE_H

#include <stdbool.h>
#include <stdint.h>

struct picture_end;
struct tcpledger_entry;

bool fate_is_lost(const struct picture_end *to, const struct tcpledger_entry *e, int64_t t_ns);

#endif
