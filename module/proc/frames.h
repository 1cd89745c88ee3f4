/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_FRAMES_H
#define TCPLEDGER_FRAMES_H

#include <linux/mutex.h>

#include "ledger/ring.h"
#include "proc/snapshot.h"

#define TCPLEDGER_BATCH	32	/* events that are copied at once */

/**
 * struct tcpledger_reader - one open file
 * @lock: one read at a time; not held while a read sleeps
 * @ring: the events
 * @snapshot: the records that existed when the reader began
 * @phase: enum phase
 * @skip: leave the snapshot out
 * @brief: it asked for the short forms
 * @lossy: it does not have each entry of each record
 * @record: index of the next record in @snapshot
 * @next: number of the next event
 * @lost: so many before @next were overwritten, and LOST is to be given
 * @at: index of event @next in @batch
 * @n: events in @batch
 * @batch: events that were copied
 * @frames: frames made of entries in a row, to be given at once
 *
 * @phase and @next are read without the lock too, to know whether a read would sleep.
 */
struct tcpledger_reader {
	struct mutex			lock;	/* one read at a time */
	const struct tcpledger_ring	*ring;
	struct tcpledger_snapshot	snapshot;
	u8				phase;
	bool				skip;
	bool				brief;
	bool				lossy;
	u32				record;
	u64				next;
	u64				lost;
	u32				at;
	u32				n;
	struct tcpledger_slot		batch[TCPLEDGER_BATCH];
	struct tcpledger_frame_entry	frames[TCPLEDGER_BATCH];
};

/**
 * struct tcpledger_sink - the memory that a read fills
 * @to: where the next frame goes
 * @left: room
 * @size: how much there was
 */
struct tcpledger_sink {
	char __user	*to;
	size_t		left;
	size_t		size;
};

void tcpledger_frames_init(void);
int tcpledger_frames_start(const struct tcpledger_reader *r, struct tcpledger_sink *s);
int tcpledger_frames_plain(const struct tcpledger_reader *r, struct tcpledger_sink *s,
			   u16 type);
int tcpledger_frames_lost(const struct tcpledger_reader *r, struct tcpledger_sink *s);
int tcpledger_frames_view(const struct tcpledger_reader *r, struct tcpledger_sink *s,
			  u16 type, u16 flags);
int tcpledger_frames_event(struct tcpledger_reader *r, struct tcpledger_sink *s);

#endif /* TCPLEDGER_FRAMES_H */
