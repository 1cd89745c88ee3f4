/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The state diagram of RFC 9293, once for the page, and over it the way that a
 * connection took, with its times.
 */
#ifndef TCPLEDGER_STATE_DIAGRAM_H
#define TCPLEDGER_STATE_DIAGRAM_H

struct record;
struct text;

void state_diagram_define(struct text *page);
void state_diagram_add(struct text *page, const struct record *record, const char *name);

#endif
