/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PROC_H
#define TCPLEDGER_PROC_H

#include <linux/proc_fs.h>
#include <linux/seq_file.h>

struct tcpledger_net;
struct tcpledger_view;

int tcpledger_proc_init(struct tcpledger_net *tn);
void tcpledger_proc_exit(struct tcpledger_net *tn);

/* Each file's operations, in the file that writes it. */
extern const struct proc_ops tcpledger_connections_ops;
extern const struct proc_ops tcpledger_log_ops;
extern const struct proc_ops tcpledger_timewait_ops;
extern const struct proc_ops tcpledger_stats_ops;
extern const struct proc_ops tcpledger_records_ops;

#endif /* TCPLEDGER_PROC_H */
