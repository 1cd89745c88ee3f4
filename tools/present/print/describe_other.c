// SPDX-License-Identifier: GPL-2.0
#include "present/print/describe_other.h"

#include "base/escape.h"
#include "base/text.h"
#include "meaning/clocks.h"
#include "present/print/format.h"
#include "read/record.h"

static void add_remote(struct text *text, const struct tcpledger_record *r)
{
	format_endpoint(text, r->remote, r->flags & TCPLEDGER_REC_IPV6, r->rport);
}

static void add_local(struct text *text, const struct tcpledger_record *r)
{
	format_endpoint(text, r->local, r->flags & TCPLEDGER_REC_IPV6, r->lport);
}

/**
 * describe_other_found - add which record the other end is, and by what it was found
 * @text: text to add to
 * @file: where it was found
 * @record: the record
 * @other: that of the other end
 */
void describe_other_found(struct text *text, const char *file, const struct record *record,
			  const struct record *other)
{
	text_string(text, "record ");
	text_unsigned(text, other->fixed.id);
	text_string(text, " of ");
	escape_terminal(text, file);
	if (record_addresses_agree(record, other)) {
		text_string(text, ", by addresses and ISNs");
		return;
	}
	text_string(text, ", by ISNs alone: addresses are translated between the hosts. It is ");
	add_local(text, &other->fixed);
	text_string(text, ", and knows this end as ");
	add_remote(text, &other->fixed);
}

static void add_times(struct text *text, unsigned int count, const char *way)
{
	text_unsigned(text, count);
	text_string(text, count == 1 ? " segment " : " segments ");
	text_string(text, way);
}

static int64_t magnitude(int64_t ns)
{
	if (ns >= 0)
		return ns;
	return ns == INT64_MIN ? INT64_MAX : -ns;
}

/* What the times of segments both ways leave open. */
static void add_bound(struct text *text, const struct clocks *clocks)
{
	text_string(text, ", give or take ");
	format_duration(text, clocks->bound_ns);
	text_string(text, ": what ");
	add_times(text, clocks->forth, "there");
	text_string(text, " and ");
	add_times(text, clocks->back, "back");
	text_string(text, " allow");
}

static void add_drift(struct text *text, const struct clocks *clocks)
{
	text_string(text, clocks->drift_ns < 0 ? " before the close. Until then it lost " :
						 " before the close. Until then it gained ");
	format_duration(text, magnitude(clocks->drift_ns));
	if (clocks->drift_bound_ns >= 0) {
		text_string(text, ", give or take ");
		format_duration(text, clocks->drift_bound_ns);
	}
	text_string(text, ", drawn as if evenly");
}

static const char *why_wall(const struct clocks *clocks)
{
	return clocks->forth && clocks->back ?
	       "taken from the hosts' wall clocks, as the times of the segments contradict each "
	       "other" :
	       "taken from the hosts' wall clocks, as far as the segments allow: they were not "
	       "logged both ways";
}

/**
 * describe_other_clocks - add how the clocks of both hosts stand against each other
 * @text: text to add to
 * @clocks: how; NULL if that is not known
 */
void describe_other_clocks(struct text *text, const struct clocks *clocks)
{
	if (!clocks) {
		text_string(text, "cannot be compared, so the other end is not drawn");
		return;
	}
	if (clocks->by == CLOCKS_BY_WALL) {
		text_string(text, why_wall(clocks));
		return;
	}
	if (clocks->wall_known) {
		text_string(text, "its wall clock is ");
		format_duration(text, magnitude(clocks->wall_ns));
		text_string(text, clocks->wall_ns < 0 ? " behind" : " ahead");
	} else {
		text_string(text, "all moments are by the clock of this end");
	}
	add_bound(text, clocks);
	if (clocks->by == CLOCKS_DRIFTED)
		add_drift(text, clocks);
}
