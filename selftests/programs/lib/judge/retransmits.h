/* SPDX-License-Identifier: GPL-2.0 */
/* The retransmissions in a record's log, and their counters. */
#ifndef TCPLEDGER_SELFTEST_RETRANSMITS_H
#define TCPLEDGER_SELFTEST_RETRANSMITS_H

#include "lib/ledger/ledger.h"

int judge_retransmits(json_object *rec);

#endif
