/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether a segment that the other end's log does not have was lost. Pure.
 */
#ifndef TCPLEDGER_LOSS_H
#define TCPLEDGER_LOSS_H

#include <stdbool.h>
#include <stdint.h>

struct diagram_end;
struct tcpledger_entry;

bool loss_is_proven(const struct diagram_end *from, const struct diagram_end *to,
		    const struct tcpledger_entry *e, int64_t t_ns);

#endif
