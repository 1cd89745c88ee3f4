/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_CASES_RESET_H
#define TCPLEDGER_CASES_RESET_H

#include "lab/case.h"

extern const struct lab_case cases_reset[];

#endif
