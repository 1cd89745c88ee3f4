/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What was seen, at a glance: the first part of a report.
 */
#ifndef TCPLEDGER_GLANCE_H
#define TCPLEDGER_GLANCE_H

struct tally;
struct text;

void glance_add(struct text *page, const struct tally *tally);

#endif
