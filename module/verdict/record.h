/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_RECORD_H
#define TCPLEDGER_RECORD_H

#include "verdict/facts.h"
#include <linux/tcpledger.h>

void tcpledger_record_fill(struct tcpledger_record *r,
			   struct tcpledger_facts *f, s64 now);

extern const char *const tcpledger_state_names[TCPLEDGER_STATE_MAX];
extern const char *const tcpledger_role_names[TCPLEDGER_ROLE_MAX];
extern const char *const tcpledger_outcome_names[TCPLEDGER_OUTCOME_MAX];
extern const char *const tcpledger_kind_names[TCPLEDGER_KIND_MAX];
extern const char *const tcpledger_side_names[TCPLEDGER_SIDE_MAX];
extern const char *const tcpledger_exit_names[TCPLEDGER_EXIT_MAX];
extern const char *const tcpledger_cause_names[TCPLEDGER_CAUSE_MAX];
extern const char *const tcpledger_anomaly_names[TCPLEDGER_ANOMALY_MAX];

#endif /* TCPLEDGER_RECORD_H */
