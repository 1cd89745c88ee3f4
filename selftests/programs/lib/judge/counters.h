/* SPDX-License-Identifier: GPL-2.0 */
/* What is counted of records, against the records. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_COUNTERS_H
#define TCPLEDGER_SELFTEST_JUDGE_COUNTERS_H

int judge_counters(void);

#endif
