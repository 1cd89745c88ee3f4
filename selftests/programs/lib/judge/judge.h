/* SPDX-License-Identifier: GPL-2.0 */
/* All records of a test, judged by all witnesses. */
#ifndef TCPLEDGER_SELFTEST_JUDGE_H
#define TCPLEDGER_SELFTEST_JUDGE_H

#include "lib/world/world.h"

/* What judge() compares, for world_unjudged(). */
enum judge_part {
	JUDGE_RECORDS	= 1 << 0,	/* what holds for every record */
	JUDGE_STATES	= 1 << 1,	/* states, against the trace */
	JUDGE_TABLE	= 1 << 2,	/* live records, against the table of sockets */
	JUDGE_TIMEWAIT	= 1 << 3,	/* 2MSL, against the trace */
	JUDGE_SEGMENTS	= 1 << 4,	/* SYNs, FINs and RSTs, against the capture */
	JUDGE_EXPORT	= 1 << 5,	/* the same of what is exported */
	JUDGE_ACKS	= 1 << 6,	/* all other segments, against the capture */
	JUDGE_TEXT	= 1 << 7,	/* the text files, against the records */
	JUDGE_VALUES	= 1 << 8,	/* counters, owners, times: against the sockets */
	JUDGE_ACCEPTED	= 1 << 9,	/* what TCP took, against the trace */
	JUDGE_MEMORY	= 1 << 10,	/* blocks, against the kernel's allocator */
	JUDGE_ALL	= (1 << 11) - 1,
	JUDGE_CAPTURE	= JUDGE_SEGMENTS | JUDGE_EXPORT | JUDGE_ACKS |	/* all that need one */
			  JUDGE_VALUES,
};

int judge(struct world *world);
int judge_world(struct world *world);
void world_unjudged(struct world *world, unsigned int parts, const char *why);

#endif
