/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_ORPHAN_H
#define TCPLEDGER_ORPHAN_H

void tcpledger_orphan_look(void);

#endif /* TCPLEDGER_ORPHAN_H */
