/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger show: one connection, as a ladder diagram or as its plain log. */
#ifndef TCPLEDGER_COMMAND_SHOW_H
#define TCPLEDGER_COMMAND_SHOW_H

struct options;

int command_show(const struct options *options);

#endif
