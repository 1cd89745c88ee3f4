/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of the other end of a connection, where that end is on this
 * machine too.
 */
#ifndef TCPLEDGER_PEER_H
#define TCPLEDGER_PEER_H

#include "read/record_list.h"

struct source;

const struct record *peer_find(const struct source *source, const struct record *record,
			       struct record_list *found);

#endif
