/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger explain: one connection, each step in words. */
#ifndef TCPLEDGER_COMMAND_EXPLAIN_H
#define TCPLEDGER_COMMAND_EXPLAIN_H

struct options;
struct record;

void explain_verdict(const struct record *record);
void explain_time_wait(const struct record *record);
int command_explain(const struct options *options);

#endif
