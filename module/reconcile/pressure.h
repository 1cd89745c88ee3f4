/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PRESSURE_H
#define TCPLEDGER_PRESSURE_H

int tcpledger_pressure_init(void);
void tcpledger_pressure_exit(void);

#endif /* TCPLEDGER_PRESSURE_H */
