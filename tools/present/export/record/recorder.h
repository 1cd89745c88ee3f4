/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Frames of the live stream, from the kernel to files.
 */
#ifndef TCPLEDGER_RECORDER_H
#define TCPLEDGER_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "read/events.h"
#include "read/filter.h"
#include "read/replay.h"
#include "read/snapshot.h"
#include "present/export/record/recorded_file.h"

struct source;

/**
 * struct recorder_wish - what is to be recorded, and how
 * @source: of which namespace
 * @filter: which records
 * @path: FILE, or what numbered files are called before the number
 * @rotate_size: begin another file when one has so many bytes, 0 never
 * @rotate_ns: begin another file at multiples of this time of the wall clock, 0 never
 * @files: keep so many files, 0 all
 * @free_space: end when the file system has fewer bytes left
 * @triggers: mask of anomalies that begin a file; 0 records at once
 * @before_ns: of records that ended before a trigger, those that did within this time
 * @after_ns: how long to record after the last trigger
 */
struct recorder_wish {
	const struct source	*source;
	struct filter		filter;
	const char		*path;
	uint64_t		rotate_size;
	int64_t			rotate_ns;
	unsigned long		files;
	uint64_t		free_space;
	uint64_t		triggers;
	int64_t			before_ns;
	int64_t			after_ns;
};

/**
 * struct recorder - what is recorded
 * @wish: what is wanted
 * @numbered: files have numbers
 * @number: that of the present or the last file
 * @file: the present file
 * @writing: there is one
 * @events: where frames come from
 * @snapshot: how a fresh snapshot is had
 * @next: number of the next event
 * @begins: number of the first event behind the snapshot that is being taken up;
 *	UINT64_MAX while none is
 * @replay: records, where a filter or a trigger needs them
 * @judged: it is needed
 * @start: the last, with the boot id
 * @in_snapshot: a snapshot is being recorded
 * @snapshot_from: length of the file where it began
 * @snapshot_to: length where it ended
 * @left_out: events in a row that the filter did not want
 * @left_out_first: number of the first
 * @in_file: events in the present file
 * @unseen: bytes recorded since the last look at the clock and the disk
 * @failed: the file could not be written, which has been said
 * @rotate_at: CLOCK_REALTIME of the next file
 * @triggered: a trigger came
 * @until: CLOCK_MONOTONIC of the end of what a trigger began
 * @flushed: CLOCK_MONOTONIC of the last flush
 * @count: events recorded
 * @bytes: bytes of files that are complete
 * @lost: events lost
 * @filtered: events that the filter did not want
 * @file_count: files begun
 * @over: the stream ended
 * @terminal: standard error is one
 */
struct recorder {
	const struct recorder_wish	*wish;
	bool				numbered;
	unsigned long			number;
	struct recorded_file		file;
	bool				writing;
	struct events			*events;
	struct snapshot			snapshot;
	uint64_t			next;
	uint64_t			begins;
	struct replay			replay;
	bool				judged;
	struct tcpledger_frame_start	start;
	bool				in_snapshot;
	uint64_t			snapshot_from;
	uint64_t			snapshot_to;
	uint64_t			left_out;
	uint64_t			left_out_first;
	uint64_t			in_file;
	uint64_t			unseen;
	int				failed;
	int64_t				rotate_at;
	bool				triggered;
	int64_t				until;
	int64_t				flushed;
	uint64_t			count;
	uint64_t			bytes;
	uint64_t			lost;
	uint64_t			filtered;
	unsigned long			file_count;
	bool				over;
	bool				terminal;
};

int recorder_run(struct recorder *recorder, const struct recorder_wish *wish);

#endif
