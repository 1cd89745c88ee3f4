/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_ROWS_H
#define TCPLEDGER_ROWS_H

struct options;

int command_rows(const struct options *options);

#endif
