// SPDX-License-Identifier: GPL-2.0
#include "present/explain/other_end.h"

#include <stdint.h>

#include "base/escape.h"
#include "base/text.h"
#include "meaning/clocks.h"
#include "base/language.h"
#include "present/explain/phrase.h"
#include "present/print/format.h"
#include "read/record.h"

static void phrase_file(struct phrase *phrase, const char *file)
{
	escape_terminal(phrase_begin(phrase, "file"), file);
	phrase_end(phrase);
}

static void phrase_span(struct phrase *phrase, const char *name, int64_t ns)
{
	format_duration(phrase_begin(phrase, name), ns);
	phrase_end(phrase);
}

/**
 * other_end_found - add which record the other end is, and by what it was found
 * @text: text to add to
 * @file: where it was found; NULL if that is not to be told
 * @record: the record
 * @other: that of the other end
 */
void other_end_found(struct text *text, const char *file, const struct record *record,
		     const struct record *other)
{
	const struct tcpledger_record *o = &other->fixed;
	bool ipv6 = o->flags & TCPLEDGER_REC_IPV6;
	struct phrase phrase = { 0 };

	phrase_number(&phrase, "id", (int64_t)o->id);
	if (file)
		phrase_file(&phrase, file);
	format_endpoint(phrase_begin(&phrase, "own"), o->local, ipv6, o->lport);
	phrase_end(&phrase);
	format_endpoint(phrase_begin(&phrase, "peer"), o->remote, ipv6, o->rport);
	phrase_end(&phrase);
	phrase_add(&phrase, text, file ? _("record {id} of {file}") :
					 _("record {id} of the other host"));
	phrase_add(&phrase, text, record_addresses_agree(record, other) ?
		   _(", by addresses and ISNs") :
		   _(", by ISNs alone: addresses are translated between the hosts. It is {own}, "
		     "and knows this end as {peer}"));
	phrase_free(&phrase);
}

/**
 * other_end_not_found - add that no record of the other host is known to be the other end
 * @text: text to add to
 * @file: where it was looked for; NULL if that is not to be told
 * @doubtful: so many could be it, 0 if none
 */
void other_end_not_found(struct text *text, const char *file, size_t doubtful)
{
	struct phrase phrase = { 0 };

	phrase_number(&phrase, "count", (int64_t)doubtful);
	if (file)
		phrase_file(&phrase, file);
	if (doubtful)
		phrase_add(&phrase, text, file ?
			   _("{count} records of {file} have these ISNs and other addresses: which "
			     "is meant is not known") :
			   _("several connections have these ISNs and other addresses: which "
			     "is meant is not known"));
	else
		phrase_add(&phrase, text, file ?
			   _("not in {file}: no record there has these ISNs") :
			   _("no record of the other host has these ISNs"));
	phrase_free(&phrase);
}

static int64_t magnitude(int64_t ns)
{
	if (ns >= 0)
		return ns;
	return ns == INT64_MIN ? INT64_MAX : -ns;
}

static const char *wall_sentence(const struct clocks *clocks, bool turned)
{
	if (!clocks->wall_known)
		return turned ? _("all moments are by the clock of the other end") :
				_("all moments are by the clock of this end");
	return (clocks->wall_ns < 0) != turned ? _("its wall clock is {offset} behind") :
						 _("its wall clock is {offset} ahead");
}

static const char *drift_sentence(const struct clocks *clocks, bool turned)
{
	return (clocks->drift_ns < 0) != turned ?
	       _(" before the close. Until then it lost {drift}") :
	       _(" before the close. Until then it gained {drift}");
}

static void add_drift(struct text *text, struct phrase *phrase, const struct clocks *clocks,
		      bool turned)
{
	phrase_span(phrase, "drift", magnitude(clocks->drift_ns));
	phrase_add(phrase, text, drift_sentence(clocks, turned));
	if (clocks->drift_bound_ns >= 0) {
		phrase_span(phrase, "bound", clocks->drift_bound_ns);
		phrase_add(phrase, text, _(", give or take {bound}"));
	}
	phrase_add(phrase, text, _(", drawn as if evenly"));
}

/* What the times of segments both ways leave open. */
static void add_compared(struct text *text, const struct clocks *clocks, bool turned)
{
	struct phrase phrase = { 0 };

	phrase_span(&phrase, "offset", magnitude(clocks->wall_ns));
	phrase_span(&phrase, "bound", clocks->bound_ns);
	phrase_number(&phrase, "there", turned ? clocks->back : clocks->forth);
	phrase_number(&phrase, "back", turned ? clocks->forth : clocks->back);
	phrase_add(&phrase, text, wall_sentence(clocks, turned));
	phrase_add(&phrase, text, _(", give or take {bound}, by the times of segments: {there} "
				    "there, {back} back"));
	if (clocks->by == CLOCKS_DRIFTED)
		add_drift(text, &phrase, clocks, turned);
	phrase_free(&phrase);
}

/**
 * other_end_clocks - add how the clocks of both hosts stand against each other
 * @text: text to add to
 * @clocks: how; NULL if that is not known
 * @turned: this end is the second one of those that were compared
 */
void other_end_clocks(struct text *text, const struct clocks *clocks, bool turned)
{
	if (!clocks)
		text_string(text, _("cannot be compared, so the other end is not drawn"));
	else if (clocks->by != CLOCKS_BY_WALL)
		add_compared(text, clocks, turned);
	else if (clocks->forth && clocks->back)
		text_string(text, _("taken from the hosts' wall clocks, as the times of the "
				    "segments contradict each other"));
	else
		text_string(text, _("taken from the hosts' wall clocks, as far as the segments "
				    "allow: they were not logged both ways"));
}
