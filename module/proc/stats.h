/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PROC_STATS_H
#define TCPLEDGER_PROC_STATS_H

struct seq_file;

void tcpledger_stats_init(void (*show)(struct seq_file *m));

#endif /* TCPLEDGER_PROC_STATS_H */
