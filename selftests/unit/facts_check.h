/* SPDX-License-Identifier: GPL-2.0 */
/* What must hold of a record whatever happened to it. */
#ifndef TCPLEDGER_FACTS_CHECK_H
#define TCPLEDGER_FACTS_CHECK_H

#include "verdict/facts.h"

const char *facts_check(const struct tcpledger_facts *f, s64 now);

#endif
