/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_COMMAND_REPORT_H
#define TCPLEDGER_COMMAND_REPORT_H

struct options;

int command_report(const struct options *options);

#endif
