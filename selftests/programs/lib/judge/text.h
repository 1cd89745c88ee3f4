/* SPDX-License-Identifier: GPL-2.0 */
/* The text files, against the records. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_TEXT_H
#define TCPLEDGER_SELFTEST_JUDGE_TEXT_H

#include "lib/judge/evidence.h"

int judge_text(const struct evidence *e);

#endif
