/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_AGE_H
#define TCPLEDGER_AGE_H

void tcpledger_age_init(void);
void tcpledger_age_exit(void);

#endif /* TCPLEDGER_AGE_H */
