/* SPDX-License-Identifier: GPL-2.0 */
/* Connections that are over, whose records change no more. */
#ifndef TCPLEDGER_SELFTEST_HISTORY_H
#define TCPLEDGER_SELFTEST_HISTORY_H

void make_history(int family, int n);

#endif
