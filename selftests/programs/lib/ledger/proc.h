/* SPDX-License-Identifier: GPL-2.0 */
/* Where the ledger's files are. */
#ifndef TCPLEDGER_SELFTEST_PROC_H
#define TCPLEDGER_SELFTEST_PROC_H

#define LEDGER_PROC	"/proc/net/tcpledger"

#endif
