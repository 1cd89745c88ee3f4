// SPDX-License-Identifier: GPL-2.0
#include "meaning/clocks.h"

#include <string.h>

#include "meaning/arrivals.h"
#include "read/record.h"

/**
 * struct bounds - between what the offset lies
 * @least: it is no less
 * @most: it is no more
 * @forth: segments that bound it from above
 * @back: segments that bound it from below
 */
struct bounds {
	int64_t		least;
	int64_t		most;
	unsigned int	forth;
	unsigned int	back;
};

/* How many entries of a log stand before the first FIN or RST. */
static unsigned int opening_of(const struct record *record)
{
	unsigned int i;

	for (i = 0; i < record->fixed.log_n; i++)
		if (record->log[i].type != TCPLEDGER_ENTRY_STATE &&
		    record->log[i].type != TCPLEDGER_ENTRY_NOTE &&
		    record->log[i].flags & (TCPLEDGER_FIN | TCPLEDGER_RST))
			break;
	return i;
}

/*
 * The first entry of the sender that may be the segment which came. Of several that
 * are equal the first says least, but what it says is true whichever came.
 */
static const struct tcpledger_entry *sent_first(const struct record *from,
						const struct tcpledger_entry *in)
{
	unsigned int i;

	for (i = 0; i < from->fixed.log_n; i++)
		if (from->log[i].type == TCPLEDGER_ENTRY_OUT &&
		    arrivals_is_same(&from->log[i], in))
			return &from->log[i];
	return NULL;
}

/**
 * enum part - segments of which part of a connection
 * @OPENING: before the first FIN or RST
 * @CLOSE: from that on
 * @WHOLE: all
 */
enum part {
	OPENING,
	CLOSE,
	WHOLE,
};

/* Segments of one way: how many, and the least time by both clocks that one took. */
static unsigned int least_way(const struct record *from, const struct record *to,
			      enum part part, int64_t *least)
{
	unsigned int i = part == CLOSE ? opening_of(to) : 0;
	unsigned int end = part == OPENING ? opening_of(to) : to->fixed.log_n, count = 0;
	int64_t way;

	*least = INT64_MAX;
	for (; i < end; i++) {
		const struct tcpledger_entry *in = &to->log[i], *out;

		if (in->type != TCPLEDGER_ENTRY_IN)
			continue;
		out = sent_first(from, in);
		if (!out || __builtin_sub_overflow(arrivals_when(to, in), arrivals_when(from, out),
						   &way) || way == INT64_MIN)
			continue;	/* only a damaged file has such moments */
		count++;
		if (way < *least)
			*least = way;
	}
	return count;
}

/* Returns whether both bounds are there, and do not contradict each other. */
static bool find_bounds(struct bounds *bounds, const struct record *record,
			const struct record *other, enum part part)
{
	bounds->forth = least_way(record, other, part, &bounds->most);
	bounds->back = least_way(other, record, part, &bounds->least);
	bounds->least = -bounds->least;
	return bounds->forth && bounds->back && bounds->least <= bounds->most;
}

/* What the wall clocks say, if they are right: the same moment is the same on both. */
static bool by_wall(const struct record *record, const struct record *other, int64_t *offset)
{
	const struct tcpledger_record *a = &record->fixed, *b = &other->fixed;
	int64_t here, there;

	return a->opened_at >= 0 && b->opened_at >= 0 &&
	       !__builtin_sub_overflow(a->base_ns, a->opened_at, &here) &&
	       !__builtin_sub_overflow(b->base_ns, b->opened_at, &there) &&
	       !__builtin_sub_overflow(there, here, offset);
}

/* One bound is better than none. */
static void keep_within(struct clocks *clocks, const struct bounds *bounds)
{
	if (bounds->forth && clocks->offset_ns > bounds->most)
		clocks->offset_ns = bounds->most;
	else if (bounds->back && clocks->offset_ns < bounds->least)
		clocks->offset_ns = bounds->least;
}

static bool take_middle(struct clocks *clocks, const struct bounds *bounds)
{
	int64_t span;

	if (__builtin_sub_overflow(bounds->most, bounds->least, &span))
		return false;
	clocks->offset_ns = bounds->least + span / 2;
	clocks->bound_ns = span - span / 2;
	clocks->forth = bounds->forth;
	clocks->back = bounds->back;
	return true;
}

/* Where the close begins in the log of the other, and where its opening is over. */
static bool find_stretch(struct clocks *clocks, const struct record *other)
{
	unsigned int close = opening_of(other);

	if (!close || close == other->fixed.log_n)
		return false;
	clocks->from_ns = other->log[close - 1].t_ns;
	while (close > 1 && other->log[close - 1].type == TCPLEDGER_ENTRY_STATE)
		clocks->from_ns = other->log[--close - 1].t_ns;
	clocks->to_ns = other->log[other->fixed.log_n - 1].t_ns;
	for (close = opening_of(other); close < other->fixed.log_n; close++)
		if (other->log[close].type == TCPLEDGER_ENTRY_IN ||
		    other->log[close].type == TCPLEDGER_ENTRY_OUT)
			break;
	if (close < other->fixed.log_n)
		clocks->to_ns = other->log[close].t_ns;
	return clocks->from_ns >= 0 && clocks->from_ns < clocks->to_ns;
}

/* One offset for the opening, one for the close; the way between them is even. */
static bool find_drift(struct clocks *clocks, const struct record *record,
		       const struct record *other)
{
	struct clocks late = { .bound_ns = -1 };
	struct bounds bounds;

	if (!find_bounds(&bounds, record, other, OPENING) || !take_middle(clocks, &bounds) ||
	    !find_stretch(clocks, other))
		return false;
	late.offset_ns = clocks->offset_ns;
	if (find_bounds(&bounds, record, other, CLOSE)) {
		if (!take_middle(&late, &bounds))
			return false;
	} else {
		keep_within(&late, &bounds);
	}
	clocks->drift_bound_ns = late.bound_ns;
	/* A clock that is half as fast as another is none. */
	return !__builtin_sub_overflow(late.offset_ns, clocks->offset_ns, &clocks->drift_ns) &&
	       clocks->drift_ns < (clocks->to_ns - clocks->from_ns) / 2 &&
	       clocks->drift_ns > (clocks->from_ns - clocks->to_ns) / 2;
}

/**
 * clocks_compare - find how the clocks of two hosts stand against each other
 * @clocks: set
 * @record: a checked record
 * @other: the record of the other end, of another host
 *
 * Both clocks are taken to run equally fast, as long as the segments allow it.
 *
 * Return: false if nothing is known.
 */
bool clocks_compare(struct clocks *clocks, const struct record *record,
		    const struct record *other)
{
	struct bounds bounds;
	int64_t wall;
	bool wall_known = by_wall(record, other, &wall);

	memset(clocks, 0, sizeof(*clocks));
	clocks->bound_ns = -1;
	if (find_bounds(&bounds, record, other, WHOLE)) {
		clocks->by = CLOCKS_BY_SEGMENTS;
		if (!take_middle(clocks, &bounds))
			return false;
	} else if (bounds.forth && bounds.back && find_drift(clocks, record, other)) {
		clocks->by = CLOCKS_DRIFTED;
	} else if (wall_known) {
		*clocks = (struct clocks){
			.by = CLOCKS_BY_WALL, .offset_ns = wall, .bound_ns = -1,
			.forth = bounds.forth, .back = bounds.back,
		};
		if (!bounds.forth || !bounds.back)
			keep_within(clocks, &bounds);
	} else {
		return false;
	}
	clocks->wall_known = wall_known &&
			     !__builtin_sub_overflow(clocks->offset_ns, wall, &clocks->wall_ns);
	return true;
}

/* A moment of the other log, as if its clock had not drifted. */
static int64_t without_drift(const struct clocks *clocks, int64_t t_ns)
{
	int64_t moment;
	double part;

	if (clocks->by != CLOCKS_DRIFTED || t_ns <= clocks->from_ns)
		return t_ns;
	part = (double)(t_ns - clocks->from_ns) / (double)(clocks->to_ns - clocks->from_ns);
	/* Behind the close it goes on no faster: what it waits there says nothing new. */
	moment = (int64_t)((double)clocks->drift_ns * (part < 1 ? part : 1));
	return __builtin_sub_overflow(t_ns, moment, &moment) ? t_ns : moment;
}

/**
 * clocks_unite - tell the times of both ends by one clock, that of this host
 * @clocks: how they stand against each other
 * @record: the record; its own clock may be moved too
 * @other: the record of the other end, whose log is @log afterwards
 * @log: room for its log
 *
 * Return: false if the times are such as only a damaged file has.
 */
bool clocks_unite(const struct clocks *clocks, struct record *record, struct record *other,
		  struct tcpledger_entry *log)
{
	unsigned int i;
	int64_t lag;

	for (i = 0; i < other->fixed.log_n; i++) {
		log[i] = other->log[i];
		log[i].t_ns = without_drift(clocks, log[i].t_ns);
	}
	other->log = log;
	other->fixed.tw_entered_ns = without_drift(clocks, other->fixed.tw_entered_ns);
	other->fixed.ended_ns = without_drift(clocks, other->fixed.ended_ns);
	if (__builtin_sub_overflow(other->fixed.base_ns, clocks->offset_ns, &other->fixed.base_ns))
		return false;
	/* This host was started when the other end had begun. */
	if (other->fixed.base_ns < 0 &&
	    (other->fixed.base_ns == INT64_MIN ||
	     __builtin_sub_overflow(record->fixed.base_ns, other->fixed.base_ns,
				    &record->fixed.base_ns)))
		return false;
	if (other->fixed.base_ns < 0)
		other->fixed.base_ns = 0;
	if (record->fixed.opened_at >= 0 &&
	    (__builtin_sub_overflow(other->fixed.base_ns, record->fixed.base_ns, &lag) ||
	     __builtin_add_overflow(record->fixed.opened_at, lag, &other->fixed.opened_at)))
		return false;
	return true;
}
