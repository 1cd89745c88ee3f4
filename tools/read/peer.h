/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The record of the other end of a connection, where that end is on this
 * machine too.
 */
#ifndef TCPLEDGER_PEER_H
#define TCPLEDGER_PEER_H

#include <stdbool.h>
#include <stdint.h>

#include "read/record_list.h"

struct source;

bool peer_is(const struct record *record, const struct record *other);
bool peer_distance(const struct record *record, const struct record *other, uint64_t *ns);
const struct record *peer_find(const struct source *source, const struct record *record,
			       struct record_list *found);

#endif
