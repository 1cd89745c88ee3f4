/* SPDX-License-Identifier: GPL-2.0 */
/* The histograms of 2MSL, against the records. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_HISTOGRAMS_H
#define TCPLEDGER_SELFTEST_JUDGE_HISTOGRAMS_H

int judge_histograms(void);

#endif
