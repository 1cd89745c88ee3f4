/* SPDX-License-Identifier: GPL-2.0 */
/* The records of both hosts: each host's own, and both as one file in memory. */
#ifndef TCPLEDGER_RECORDS_H
#define TCPLEDGER_RECORDS_H

#include "lab/world.h"
#include "read/source.h"

extern const struct source records_here;

int records_keep(struct world *world);

#endif
