/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record as a packetdrill script: its own endpoint is the system under test,
 * the other is played by packetdrill.
 */
#ifndef TCPLEDGER_PACKETDRILL_H
#define TCPLEDGER_PACKETDRILL_H

struct record;
struct text;

int packetdrill_check(const struct record *record);
void packetdrill_write(struct text *out, const struct record *record);

#endif
