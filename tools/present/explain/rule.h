/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Documents and their sections, as the reader's language has them.
 */
#ifndef TCPLEDGER_RULE_H
#define TCPLEDGER_RULE_H

struct prose;

void rule_add(struct prose *prose, const char *rule);
void rule_paragraph(struct prose *prose, const char *rule);

#endif
