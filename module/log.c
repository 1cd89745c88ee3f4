// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of one record: an array that is filled once. Pure.
 *
 * What must not be lost has room reserved: the states a connection can pass
 * through and the first segment of each kind. Everything else fills what is
 * free beyond that and is counted when it does not fit. Nothing is moved once
 * written, so an index names an entry for good.
 */
#include "log.h"

/*
 * Entries with room reserved: at most nine state changes (simultaneous open
 * and close, through TIME_WAIT), SYN, SYN/ACK, FIN and the first ACK of SYN
 * and FIN each way, and two RSTs.
 */
#define LOG_KEYS_MAX	21

/* Left for keys when no second block could be had. */
#define LOG_KEYS_ALONE	2

static_assert(sizeof(struct tcpledger_log_entry) == 24);
static_assert(TCPLEDGER_LOG_FIRST + TCPLEDGER_LOG_MORE == TCPLEDGER_LOG_MAX);

static int log_room(const struct tcpledger_log *log)
{
	int size = TCPLEDGER_LOG_FIRST + (log->more ? TCPLEDGER_LOG_MORE : 0);

	return size - log->n;
}

/**
 * tcpledger_log_wants_more() - does the log need its second block now?
 * @log: the log
 *
 * The caller hangs a block on @log->more before it appends, if it can get
 * one without allocating; without one the log goes on with less room.
 * Context: any.
 */
bool tcpledger_log_wants_more(const struct tcpledger_log *log)
{
	return !log->more && log->n >= TCPLEDGER_LOG_FIRST - 3;
}

static struct tcpledger_log_entry *log_slot(struct tcpledger_log *log,
					    enum tcpledger_log_class class,
					    int *index)
{
	int room = log_room(log);

	if (class == TCPLEDGER_LOG_MINOR)
		room -= log->more ? LOG_KEYS_MAX - min_t(int, log->keys,
							 LOG_KEYS_MAX) :
				    LOG_KEYS_ALONE;
	if (unlikely(room <= 0)) {
		if (log->dropped < 0xffff)
			log->dropped++;
		return NULL;
	}
	if (class == TCPLEDGER_LOG_KEY)
		log->keys++;
	*index = log->n;
	return tcpledger_log_at(log, log->n++);
}

static u64 log_when(s64 t, u8 bits, u8 type)
{
	return (u64)max_t(s64, t, 0) << 8 | (u64)bits << 2 | type;
}

/**
 * tcpledger_log_segment() - append a segment
 * @log: the log
 * @t: nanoseconds since the record's base
 * @seg: the segment
 * @bits: TCPLEDGER_SEG_*
 * @class: whether it may use reserved room
 *
 * Context: any; the caller holds the lock that covers @log.
 * Return: the index of the entry, or TCPLEDGER_LOG_NONE if it was given up.
 */
int tcpledger_log_segment(struct tcpledger_log *log, s64 t,
			  const struct tcpledger_segment *seg, u8 bits,
			  enum tcpledger_log_class class)
{
	int index = TCPLEDGER_LOG_NONE;
	struct tcpledger_log_entry *e = log_slot(log, class, &index);

	if (!e)
		return TCPLEDGER_LOG_NONE;
	e->when = log_when(t, bits, seg->out ? TCPLEDGER_ENTRY_OUT :
					       TCPLEDGER_ENTRY_IN);
	e->seq = seg->seq;
	e->ack = seg->ack;
	e->len = seg->len;
	e->win = seg->win;
	e->flags = seg->flags;
	e->ttl = seg->ttl;
	return index;
}

static int log_small(struct tcpledger_log *log, u64 when, u32 numbers,
		     int segment, enum tcpledger_log_class class)
{
	int index = TCPLEDGER_LOG_NONE;
	struct tcpledger_log_entry *e = log_slot(log, class, &index);

	if (!e)
		return TCPLEDGER_LOG_NONE;
	e->when = when;
	e->seq = numbers;
	e->ack = (u32)segment;
	e->len = 0;
	e->win = 0;
	e->flags = 0;
	e->ttl = 0;
	return index;
}

/**
 * tcpledger_log_state() - append a state change
 * @log: the log
 * @t: nanoseconds since the record's base
 * @from: old state
 * @to: new state
 * @cause: enum tcpledger_cause
 * @segment: index of the segment that caused it, or TCPLEDGER_LOG_NONE
 *
 * Context and return value as tcpledger_log_segment().
 */
int tcpledger_log_state(struct tcpledger_log *log, s64 t, u8 from, u8 to,
			u8 cause, int segment)
{
	return log_small(log, log_when(t, 0, TCPLEDGER_ENTRY_STATE),
			 from | to << 8 | cause << 16, segment,
			 TCPLEDGER_LOG_KEY);
}

/**
 * tcpledger_log_note() - append the notice of an anomaly
 * @log: the log
 * @t: nanoseconds since the record's base
 * @tag: enum tcpledger_anomaly
 * @segment: index of the segment it was seen at, or TCPLEDGER_LOG_NONE
 *
 * Context and return value as tcpledger_log_segment().
 */
int tcpledger_log_note(struct tcpledger_log *log, s64 t, u8 tag, int segment)
{
	return log_small(log, log_when(t, 0, TCPLEDGER_ENTRY_NOTE), tag,
			 segment, TCPLEDGER_LOG_MINOR);
}

/**
 * tcpledger_log_find() - the last segment that fits a description
 * @log: the log
 * @type: TCPLEDGER_ENTRY_IN or TCPLEDGER_ENTRY_OUT
 * @flags: its flags under @mask
 * @mask: the flags that are asked for
 * @end: the number after its last one
 * @any_end: @end does not matter
 *
 * Context: any; the caller holds the lock that covers @log.
 * Return: index or TCPLEDGER_LOG_NONE.
 */
int tcpledger_log_find(struct tcpledger_log *log, u8 type, u8 flags, u8 mask,
		       u32 end, bool any_end)
{
	int i;

	for (i = log->n - 1; i >= 0; i--) {
		const struct tcpledger_log_entry *e = tcpledger_log_at(log, i);

		if (tcpledger_log_type(e) == type &&
		    (e->flags & mask) == flags &&
		    (any_end || tcpledger_log_end(e) == end))
			return i;
	}
	return TCPLEDGER_LOG_NONE;
}

/**
 * tcpledger_log_export() - turn an entry into what readers get
 * @e: the entry
 * @out: filled
 *
 * Context: any.
 */
void tcpledger_log_export(const struct tcpledger_log_entry *e,
			  struct tcpledger_entry *out)
{
	*out = (struct tcpledger_entry){
		.t_ns = tcpledger_log_time(e),
		.type = tcpledger_log_type(e),
		.segment = TCPLEDGER_LOG_NONE,
	};
	switch (out->type) {
	case TCPLEDGER_ENTRY_STATE:
		out->from = e->seq;
		out->to = e->seq >> 8;
		out->cause = e->seq >> 16;
		out->segment = (s16)(s32)e->ack;
		break;
	case TCPLEDGER_ENTRY_NOTE:
		out->tag = e->seq;
		out->segment = (s16)(s32)e->ack;
		break;
	default:
		out->seq = e->seq;
		out->ack = e->ack;
		out->len = e->len;
		out->win = e->win;
		out->flags = e->flags;
		out->ttl = e->ttl;
		out->bits = tcpledger_log_bits(e);
	}
}
