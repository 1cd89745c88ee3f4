/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger explain: one connection, each step in words. */
#ifndef TCPLEDGER_COMMAND_EXPLAIN_H
#define TCPLEDGER_COMMAND_EXPLAIN_H

struct options;

int command_explain(const struct options *options);

#endif
