/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the other end must have been in, by RFC 9293 and by what it sent: for
 * connections of which only one end is recorded. Pure.
 */
#ifndef TCPLEDGER_INFER_H
#define TCPLEDGER_INFER_H

struct record;

void infer_remote(const struct record *record, unsigned char *states);

#endif
