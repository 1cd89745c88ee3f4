/* SPDX-License-Identifier: GPL-2.0 */
/* tcpledger stats: the counters of the module, as they are or for OpenMetrics. */
#ifndef TCPLEDGER_COMMAND_STATS_H
#define TCPLEDGER_COMMAND_STATS_H

struct options;

int command_stats(const struct options *options);

#endif
