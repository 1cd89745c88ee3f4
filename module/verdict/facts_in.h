/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FACTS_IN_H
#define TCPLEDGER_FACTS_IN_H

#include "verdict/facts.h"

int tcpledger_facts_in(struct tcpledger_facts *f, s64 now,
		       const struct tcpledger_segment *seg,
		       const struct tcpledger_options *opt);

#endif /* TCPLEDGER_FACTS_IN_H */
