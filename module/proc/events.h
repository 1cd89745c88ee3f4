/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_EVENTS_H
#define TCPLEDGER_EVENTS_H

void tcpledger_events_init(void);

#endif /* TCPLEDGER_EVENTS_H */
