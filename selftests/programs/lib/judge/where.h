/* SPDX-License-Identifier: GPL-2.0 */
/* What the text files say of where a record is, against the records. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_WHERE_H
#define TCPLEDGER_SELFTEST_JUDGE_WHERE_H

#include "lib/ledger/ledger.h"

int judge_where(const struct ledger *ledger, uint64_t inode);

#endif
