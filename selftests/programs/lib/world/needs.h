/* SPDX-License-Identifier: GPL-2.0 */
/* What every test needs: without it nothing is tested. */
#ifndef TCPLEDGER_SELFTEST_NEEDS_H
#define TCPLEDGER_SELFTEST_NEEDS_H

void needs_all(void);

#endif
