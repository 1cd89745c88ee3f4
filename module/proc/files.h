/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FILES_H
#define TCPLEDGER_FILES_H

#include <linux/proc_fs.h>

/* Each file's operations, in the file that writes it. */
extern const struct proc_ops tcpledger_connections_ops;
extern const struct proc_ops tcpledger_log_ops;
extern const struct proc_ops tcpledger_timewait_ops;
extern const struct proc_ops tcpledger_stats_ops;
extern const struct proc_ops tcpledger_records_ops;
extern const struct proc_ops tcpledger_events_ops;
extern const struct proc_ops tcpledger_filter_ops;

#endif /* TCPLEDGER_FILES_H */
