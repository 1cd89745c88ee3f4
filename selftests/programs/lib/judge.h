/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of judge(): each returns how much it found wrong, and reports it. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_H
#define TCPLEDGER_SELFTEST_JUDGE_H

#include <sys/sysinfo.h>

#include "evidence.h"
#include "world.h"

int judge_invariants(const struct ledger *ledger, json_object *rec);
int judge_states(struct world *world, const struct ledger *ledger);
int judge_segments(struct world *world, const struct ledger *ledger);
int judge_export(struct world *world);
int judge_acks(struct world *world, struct evidence *e);
int judge_table(const struct ledger *ledger);
int judge_values(struct world *world, struct evidence *e);
int judge_text(const struct evidence *e);
int judge_where(const struct ledger *ledger, uint64_t inode);

/*
 * A segment passes the hooks and the capture in less. Two CPUs are of a VM in real
 * time, which waits for a host that is busy.
 */
#define STAMP_LATE_NS	(slow_kernel() || get_nprocs() > 1 ? 1000000000 : 300000)

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
