/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger timewait: what TIME_WAIT does. */
#ifndef TCPLEDGER_COMMAND_TIMEWAIT_H
#define TCPLEDGER_COMMAND_TIMEWAIT_H

struct options;

int command_timewait(const struct options *options);

#endif
