/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger list: the records as a table, or as JSON lines. */
#ifndef TCPLEDGER_COMMAND_LIST_H
#define TCPLEDGER_COMMAND_LIST_H

struct options;

int command_list(const struct options *options);

#endif
