/* SPDX-License-Identifier: GPL-2.0 */
/* What a stream tells, put together record by record, and held against the records file. */
#ifndef TCPLEDGER_SELFTEST_TOLD_H
#define TCPLEDGER_SELFTEST_TOLD_H

#include "lib/ledger/records.h"
#include "lib/ledger/stream.h"

/**
 * struct told_record - what was told of one record
 * @record: as it was told last
 * @log: its entries, as they were told last; of those that were told
 * @room: entries in @log
 * @has: bit mask of the entries that were told
 * @known: a RECORD, OPEN or END came
 * @ended: its END came, and nothing of it since
 * @gone: GONE came
 * @opens: how many OPEN came
 */
struct told_record {
	struct tcpledger_record record;
	struct tcpledger_entry *log;
	unsigned int room;
	uint64_t has;
	bool known;
	bool ended;
	bool gone;
	unsigned int opens;
};

/**
 * struct told - what a stream told
 * @n: records in @list
 * @list: by id; @list[0] is not used
 * @next: number of the next event, 0 before START
 * @epoch: of START
 * @begun: number of the first event of this reader
 * @frames: how many of each type came
 * @events: how many of them are events
 * @lost: events that LOST told of
 * @wrong: mistakes in the stream itself
 */
struct told {
	size_t n;
	struct told_record *list;
	uint64_t next;
	uint64_t epoch;
	uint64_t begun;
	unsigned int frames[TCPLEDGER_FRAME_TYPE_MAX];
	uint64_t events;
	uint64_t lost;
	int wrong;
};

void told_take(struct told *told, const union frame *frame);
void told_take_all(struct told *told, struct stream *stream);
void told_free(struct told *told);
int told_judge_all(struct told *told, struct stream *stream);
int told_judge(const struct told *told, const struct records *records);

#endif
