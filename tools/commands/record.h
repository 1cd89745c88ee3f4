/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_RECORD_COMMAND_H
#define TCPLEDGER_RECORD_COMMAND_H

struct options;

int command_record(const struct options *options);

#endif
