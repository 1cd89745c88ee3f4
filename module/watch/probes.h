/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PROBES_H
#define TCPLEDGER_PROBES_H

int tcpledger_probes_init(void);
void tcpledger_probes_exit(void);

#endif /* TCPLEDGER_PROBES_H */
