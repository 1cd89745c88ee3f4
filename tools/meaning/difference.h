/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where two connections go different ways. Pure.
 */
#ifndef TCPLEDGER_DIFFERENCE_H
#define TCPLEDGER_DIFFERENCE_H

struct record;

int difference_first(const struct record *a, const struct record *b);

#endif
