/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of judge(): each returns how much it found wrong, and reports it. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_H
#define TCPLEDGER_SELFTEST_JUDGE_H

#include "world.h"

int judge_records(struct world *world, const struct ledger *ledger);
int judge_invariants(const struct ledger *ledger, json_object *rec);
int judge_states(struct world *world, const struct ledger *ledger);
int judge_segments(struct world *world, const struct ledger *ledger);
int judge_export(struct world *world);
int judge_table(const struct ledger *ledger);
int judge_text(const struct ledger *ledger);

/**
 * wrong_if() - report and count one disagreement
 * @bad: condition
 * @rec: record it is about
 * @fmt: what is wrong
 */
#define wrong_if(bad, rec, fmt, ...) ({						\
	bool bad_ = (bad);							\
										\
	if (bad_)								\
		say("record %s: " fmt, record_text(rec, "id"), ##__VA_ARGS__);	\
	(int)bad_;								\
})

#endif
