/* SPDX-License-Identifier: GPL-2.0 */
/* How a judge says that a record is wrong: it counts that, and reports it. */
#ifndef TCPLEDGER_SELFTEST_WRONG_H
#define TCPLEDGER_SELFTEST_WRONG_H

#include <sys/sysinfo.h>

#include "lib/base/util.h"
#include "lib/ledger/ledger.h"

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
