/* SPDX-License-Identifier: GPL-2.0 */
/* The file log, against the records. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_TEXT_LOG_H
#define TCPLEDGER_SELFTEST_JUDGE_TEXT_LOG_H

#include "lib/judge/evidence.h"

int judge_text_log(const struct evidence *e);

#endif
