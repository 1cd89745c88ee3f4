/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_LOG_H
#define TCPLEDGER_LOG_H

#include "verdict/env.h"
#include "verdict/segment.h"
#include <linux/tcpledger.h>

#define TCPLEDGER_LOG_FIRST	16	/* entries inside the record */
#define TCPLEDGER_LOG_MORE	32	/* entries of the second block */
#define LOG_KEYS_ALONE		2	/* reserved for keys without that block */
#define LOG_ROOMY		(TCPLEDGER_LOG_FIRST - LOG_KEYS_ALONE)

/* log.news, beside anomalies */
#define LOG_NEWS		BIT(31)	/* entries had no room, or the record ended */
#define LOG_AMENDED		BIT(30)	/* an entry has LOG_CHANGED */
#define LOG_ENDED		BIT(29)	/* the record ended, or an entry had no room */
#define LOG_UNTOLD		(LOG_AMENDED | LOG_ENDED)	/* for the live stream alone */

/* Bits of an entry beside TCPLEDGER_SEG_*: what the live stream knows of it */
#define LOG_TOLD		0x20
#define LOG_CHANGED		0x10	/* since it was told, if it was */
#define LOG_SEG_BITS		0x0f	/* what readers get */

#define TCPLEDGER_LOG_NONE	(-1)	/* "no entry" where an index is wanted */

/**
 * struct tcpledger_log_entry - one entry, as kept (24 bytes)
 * @when: nanoseconds since the record's base << 8 | bits << 2 | type
 * @seq: segment: sequence number; else the packed small numbers
 * @ack: segment: acknowledgment number; else the index of a segment
 * @len: segment: payload bytes
 * @win: segment: window
 * @flags: segment: TCP flags
 * @ttl: segment: TTL
 *
 * 56 bits of nanoseconds are 2.3 years. Bits are TCPLEDGER_SEG_*, LOG_TOLD and
 * LOG_CHANGED.
 */
struct tcpledger_log_entry {
	u64	when;
	struct_group(wire,
		u32	seq;
		u32	ack;
		u32	len;
		u16	win;
		u8	flags;
		u8	ttl;
	);
};

static_assert(sizeof_field(struct tcpledger_log_entry, wire) ==
	      sizeof_field(struct tcpledger_segment, wire));

/**
 * struct tcpledger_log - the log of one record
 * @more: block of TCPLEDGER_LOG_MORE entries, or NULL
 * @n: entries kept
 * @keys: entries kept of TCPLEDGER_LOG_KEY
 * @dropped: entries for which there was no room
 * @news: what the counters of the namespace do not have yet: bit mask by enum
 *	tcpledger_anomaly, and LOG_NEWS; what the live stream does not have yet: LOG_UNTOLD
 * @first: the first entries
 *
 * Written under the lock of the record's hash bucket.
 */
struct tcpledger_log {
	struct tcpledger_log_entry	*more;
	u8				n;
	u8				keys;
	u16				dropped;
	u32				news;
	struct tcpledger_log_entry	first[TCPLEDGER_LOG_FIRST];
};

/**
 * enum tcpledger_log_class - how much an entry matters when room is short
 * @TCPLEDGER_LOG_MINOR: repetition, answer, note: fills only what is free
 * @TCPLEDGER_LOG_KEY: state change, first SYN, SYN/ACK, FIN, RST: has room
 *	reserved
 *
 * The value is what an entry adds to @keys of struct tcpledger_log.
 */
enum tcpledger_log_class {
	TCPLEDGER_LOG_MINOR,
	TCPLEDGER_LOG_KEY,
};

static inline struct tcpledger_log_entry *
tcpledger_log_at(struct tcpledger_log *log, u32 i)
{
	return i < TCPLEDGER_LOG_FIRST ? &log->first[i] :
					 &log->more[i - TCPLEDGER_LOG_FIRST];
}

static inline const struct tcpledger_log_entry *
tcpledger_log_look(const struct tcpledger_log *log, u32 i)
{
	return i < TCPLEDGER_LOG_FIRST ? &log->first[i] :
					 &log->more[i - TCPLEDGER_LOG_FIRST];
}

static inline u8 tcpledger_log_type(const struct tcpledger_log_entry *e)
{
	return e->when & 3;
}

static inline u8 tcpledger_log_bits(const struct tcpledger_log_entry *e)
{
	return e->when >> 2 & 0x3f;
}

static inline s64 tcpledger_log_time(const struct tcpledger_log_entry *e)
{
	return e->when >> 8;
}

static inline void tcpledger_log_changed(struct tcpledger_log *log,
					 struct tcpledger_log_entry *e)
{
	e->when |= LOG_CHANGED << 2;
	log->news |= LOG_AMENDED;
}

/* Entry @e of @log has these bits from now on. */
static inline void tcpledger_log_mark(struct tcpledger_log *log,
				      struct tcpledger_log_entry *e, u8 bits)
{
	if (!(~e->when & (u64)bits << 2))
		return;
	e->when |= (u64)bits << 2;
	tcpledger_log_changed(log, e);
}

/* Entry @e of @log, which has these bits, has them no more. */
static inline void tcpledger_log_unmark(struct tcpledger_log *log,
					struct tcpledger_log_entry *e, u8 bits)
{
	e->when &= ~((u64)bits << 2);
	tcpledger_log_changed(log, e);
}

/* The sequence number after a logged segment. */
static inline u32 tcpledger_log_end(const struct tcpledger_log_entry *e)
{
	return e->seq + e->len + !!(e->flags & TCPLEDGER_SYN) +
	       !!(e->flags & TCPLEDGER_FIN);
}

/**
 * tcpledger_log_wants_more() - does the log need its second block now?
 * @log: the log
 *
 * The caller sets @log->more to a block before it appends, if it can get one without
 * allocating. Without a second block the log goes on with less room.
 * Context: any.
 */
static inline bool tcpledger_log_wants_more(const struct tcpledger_log *log)
{
	return log->n >= TCPLEDGER_LOG_FIRST - 3 && !log->more;
}

/* Is there room for an entry of any class, without counting? */
static inline bool tcpledger_log_roomy(const struct tcpledger_log *log)
{
	return likely(log->n < LOG_ROOMY);
}

s64 tcpledger_log_latest_of(const struct tcpledger_log *log);

/**
 * tcpledger_log_latest() - when the last entry was made
 * @log: the log
 *
 * The change LISTEN to SYN_RECV does not count: it has the time of its SYN, and
 * entries before it may be later. Right after that change the SYN/ACK is entered, so
 * the change is never the last entry of a log that has room.
 * Context: any; the caller holds the lock that covers @log.
 * Return: nanoseconds since the record's base, 0 for an empty log.
 */
static __always_inline s64
tcpledger_log_latest(const struct tcpledger_log *log)
{
	size_t n = log->n;

	if (likely(n - 1 < LOG_ROOMY - 1))
		return tcpledger_log_time(&log->first[n] - 1);
	return tcpledger_log_latest_of(log);
}

static inline u64 tcpledger_log_when(s64 t, u8 bits, u8 type)
{
	return (u64)t << 8 | (u64)bits << 2 | type;
}

/* Make @e an entry of a segment. */
static __always_inline void
tcpledger_log_set(struct tcpledger_log_entry *e, s64 t,
		  const struct tcpledger_segment *seg, u8 type, u8 bits)
{
	e->when = tcpledger_log_when(t, bits, type);
	memcpy(&e->wire, &seg->wire, sizeof(e->wire));
}

/* Make @e an entry of another kind. */
static __always_inline void
tcpledger_log_set_small(struct tcpledger_log_entry *e, s64 t, u8 type,
			u32 numbers, int segment)
{
	e->when = tcpledger_log_when(t, 0, type);
	memset(&e->wire, 0, sizeof(e->wire));
	e->seq = numbers;
	e->ack = (u32)segment;
}

struct tcpledger_log_entry *
tcpledger_log_reserve(struct tcpledger_log *log, enum tcpledger_log_class class);

/* The place of one more entry: false if there is none. */
static __always_inline bool tcpledger_log_add(struct tcpledger_log *log,
					      enum tcpledger_log_class class,
					      struct tcpledger_log_entry **e)
{
	if (!tcpledger_log_roomy(log)) {
		*e = tcpledger_log_reserve(log, class);
		return *e;
	}
	log->keys += class;
	*e = &log->first[log->n++];
	return true;
}

/**
 * tcpledger_log_segment() - append a segment
 * @log: the log
 * @t: nanoseconds since the record's base, not negative
 * @seg: the segment
 * @type: TCPLEDGER_ENTRY_IN or TCPLEDGER_ENTRY_OUT
 * @bits: TCPLEDGER_SEG_*
 * @class: whether it may use reserved room
 *
 * Context: any; the caller holds the lock that covers @log.
 * Return: the index of the entry, or TCPLEDGER_LOG_NONE if there is no room.
 */
static __always_inline int
tcpledger_log_segment(struct tcpledger_log *log, s64 t,
		      const struct tcpledger_segment *seg, u8 type, u8 bits,
		      enum tcpledger_log_class class)
{
	struct tcpledger_log_entry *e;

	if (!tcpledger_log_add(log, class, &e))
		return TCPLEDGER_LOG_NONE;
	tcpledger_log_set(e, t, seg, type, bits);
	return log->n - 1;
}

static __always_inline int
tcpledger_log_small(struct tcpledger_log *log, s64 t, u8 type, u32 numbers,
		    int segment, enum tcpledger_log_class class)
{
	struct tcpledger_log_entry *e;

	if (!tcpledger_log_add(log, class, &e))
		return TCPLEDGER_LOG_NONE;
	tcpledger_log_set_small(e, t, type, numbers, segment);
	return log->n - 1;
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
static __always_inline int
tcpledger_log_state(struct tcpledger_log *log, s64 t, u8 from, u8 to, u8 cause,
		    int segment)
{
	return tcpledger_log_small(log, t, TCPLEDGER_ENTRY_STATE,
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
static inline int tcpledger_log_note(struct tcpledger_log *log, s64 t, u8 tag,
				     int segment)
{
	return tcpledger_log_small(log, t, TCPLEDGER_ENTRY_NOTE, tag, segment,
				   TCPLEDGER_LOG_MINOR);
}

int tcpledger_log_find(struct tcpledger_log *log, u8 type, u8 flags, u8 mask,
		       u32 end, bool any_end);
void tcpledger_log_export(const struct tcpledger_log_entry *e,
			  struct tcpledger_entry *out);

#endif /* TCPLEDGER_LOG_H */
