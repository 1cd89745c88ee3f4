// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of one record: an array that is filled once. Pure.
 *
 * Room is reserved for what must not be lost: the states that a connection can pass
 * through and the first segment of each kind. Everything else uses the room beyond
 * that, and is counted when it does not fit. An entry is never moved, so its index
 * stays valid.
 */
#include "verdict/log.h"

/*
 * Entries with room reserved:
 * - at most nine state changes (simultaneous open and close, through TIME_WAIT);
 * - each way a SYN, a SYN/ACK, a FIN, and the first ACK of SYN and of FIN;
 * - two RSTs;
 * - the FIN, ACK and RST that TCP took, if others that only looked like them came
 *   before. Data that came too late takes the place of an RST of the peer.
 */
#define LOG_KEYS_MAX	24

static_assert(sizeof(struct tcpledger_log_entry) == 24);
static_assert(TCPLEDGER_LOG_MAX <= 255);	/* what @n can count */
static_assert(TCPLEDGER_ANOMALY_MAX <= 29);	/* beside LOG_NEWS and LOG_UNTOLD */
static_assert(TCPLEDGER_LOG_FIRST + TCPLEDGER_LOG_MORE == TCPLEDGER_LOG_MAX);

static int log_room(const struct tcpledger_log *log)
{
	int size = TCPLEDGER_LOG_FIRST + (log->more ? TCPLEDGER_LOG_MORE : 0);

	return size - log->n;
}

/**
 * tcpledger_log_reserve() - the place of one more entry of a log that fills
 * @log: the log
 * @class: whether it may use reserved room
 *
 * Without room, the entry counts as dropped.
 * Context: any; the caller holds the lock that covers @log.
 * Return: the entry, counted but not yet set, or NULL.
 */
struct tcpledger_log_entry *
tcpledger_log_reserve(struct tcpledger_log *log, enum tcpledger_log_class class)
{
	int room = log_room(log);

	if (class == TCPLEDGER_LOG_MINOR)
		room -= log->more ? LOG_KEYS_MAX - min_t(int, log->keys,
							 LOG_KEYS_MAX) :
				    LOG_KEYS_ALONE;
	if (unlikely(room <= 0)) {
		if (log->dropped < 0xffff)
			log->dropped++;
		/* If it is over, its verdict is another one now. */
		log->news |= LOG_NEWS | LOG_ENDED;
		return NULL;
	}
	log->keys += class;
	return tcpledger_log_at(log, log->n++);
}

/**
 * tcpledger_log_latest_of() - when the last entry of any log was made
 * @log: the log
 *
 * tcpledger_log_latest() calls this if the log is empty or fills.
 * Context: any; the caller holds the lock that covers @log.
 */
s64 tcpledger_log_latest_of(const struct tcpledger_log *log)
{
	const struct tcpledger_log_entry *e;
	int last = log->n - 1;

	if (last < 0)
		return 0;
	e = tcpledger_log_look(log, last);
	if (tcpledger_log_type(e) == TCPLEDGER_ENTRY_STATE && last > 0 &&
	    (u8)e->seq == TCPLEDGER_STATE_LISTEN)
		e = tcpledger_log_look(log, last - 1);
	return tcpledger_log_time(e);
}

/**
 * tcpledger_log_find() - the last segment that fits a description
 * @log: the log
 * @type: TCPLEDGER_ENTRY_IN or TCPLEDGER_ENTRY_OUT
 * @flags: its flags, of those in @mask
 * @mask: the flags to compare
 * @end: the sequence number after it
 * @any_end: do not compare @end
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
		out->bits = tcpledger_log_bits(e) & LOG_SEG_BITS;
	}
}
