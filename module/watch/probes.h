/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PROBES_H
#define TCPLEDGER_PROBES_H

#include <linux/types.h>

struct seq_file;

int tcpledger_probes_init(void);
void tcpledger_probes_exit(void);
bool tcpledger_probes_request_timer(void);
bool tcpledger_probes_abort(void);
void tcpledger_probes_show(struct seq_file *m);

#endif /* TCPLEDGER_PROBES_H */
