/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_CASES_TIMEWAIT_H
#define TCPLEDGER_CASES_TIMEWAIT_H

#include "lab/case.h"

extern const struct lab_case cases_timewait[];

#endif
