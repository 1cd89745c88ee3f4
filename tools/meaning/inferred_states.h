/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the other end must have been in, by RFC 9293 and by what it sent: for
 * connections of which only one end is recorded. Pure.
 */
#ifndef TCPLEDGER_INFERRED_STATES_H
#define TCPLEDGER_INFERRED_STATES_H

struct record;

void inferred_states_of_remote(const struct record *record, unsigned char *states);

#endif
