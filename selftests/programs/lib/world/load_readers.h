/* SPDX-License-Identifier: GPL-2.0 */
/* Readers of all files of the ledger, as a part of a load. */
#ifndef TCPLEDGER_SELFTEST_LOAD_READERS_H
#define TCPLEDGER_SELFTEST_LOAD_READERS_H

void *load_readers(void *load);

#endif
