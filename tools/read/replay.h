/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records as frames tell them: fed with each frame in its order, it has at any
 * moment what the machine had then. Pure.
 */
#ifndef TCPLEDGER_REPLAY_H
#define TCPLEDGER_REPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/frame.h"
#include "read/record.h"

/**
 * struct replay_record - a record as far as it was told
 * @record: the record, at its last image and with the entries that came after that;
 *	its log is NULL where none is kept
 * @log_room: entries that its log can hold
 * @netns: namespace in whose stream it is
 * @image_ns: CLOCK_MONOTONIC of its last image
 * @snapshot: the last snapshot that it was in
 * @place: its place there
 * @told: so many entries of its log were told before
 * @imaged: its last image knew so many entries, though its log may not have them yet
 * @missing: so many of these are not known, and counted as dropped
 * @derived: entries came after its last image
 * @wanted: for who feeds the frames: its filter wanted the record once
 * @gone: it was evicted
 * @label: for who prints events: how the record is called in a line; freed with it
 * @label_len: its length
 * @label_form: what it depends on
 * @next: the next with the same hash
 */
struct replay_record {
	struct record		record;
	size_t			log_room;
	uint32_t		netns;
	int64_t			image_ns;
	uint64_t		snapshot;
	uint64_t		place;
	uint32_t		told;
	uint32_t		imaged;
	uint32_t		missing;
	bool			derived;
	bool			wanted;
	bool			gone;
	char			*label;
	unsigned int		label_len;
	unsigned int		label_form;
	struct replay_record	*next;
};

/**
 * struct replay - all records
 * @keep_logs: logs are wanted, and entries are added to them; else a record has
 *	none, and its log_n tells how many entries are known
 * @keep_gone: evicted records stay
 * @start: of the last START frame, all zero before
 * @moment_ns: CLOCK_MONOTONIC of the latest that is known
 * @snapshots: snapshots that began
 * @new_epoch: the present snapshot is the first of its epoch
 * @in_snapshot: one has begun and not ended
 * @events: events told since the last snapshot ended
 * @placed: records of the present snapshot so far
 * @lost: events that were lost
 * @filtered: events that a filter left out
 * @strange: entries of records that are not known
 * @old: the entry that the last frame told is of the time before all events
 * @stopped: the module was unloaded
 * @buckets: hash table
 * @bucket_count: its size, a power of two
 * @count: records in it
 */
struct replay {
	bool				keep_logs;
	bool				keep_gone;
	struct tcpledger_frame_start	start;
	int64_t				moment_ns;
	uint64_t			snapshots;
	bool				new_epoch;
	bool				in_snapshot;
	uint64_t			events;
	uint64_t			placed;
	uint64_t			lost;
	uint64_t			filtered;
	uint64_t			strange;
	bool				old;
	bool				stopped;
	struct replay_record		**buckets;
	size_t				bucket_count;
	size_t				count;
};

struct replay_record *replay_feed(struct replay *replay, const struct frame *frame);
struct replay_record *replay_find(const struct replay *replay, uint32_t netns, uint64_t id);
struct replay_record *replay_each(const struct replay *replay,
				  const struct replay_record *before);
void replay_header(const struct replay *replay, struct tcpledger_header *header);
void replay_free(struct replay *replay);

#endif
