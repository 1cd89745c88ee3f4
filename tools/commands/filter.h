/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_COMMAND_FILTER_H
#define TCPLEDGER_COMMAND_FILTER_H

struct options;

int command_filter(const struct options *options);

#endif
