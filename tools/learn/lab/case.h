/* SPDX-License-Identifier: GPL-2.0 */
/* A textbook case: what is done, and what to look at in what came of it. */
#ifndef TCPLEDGER_CASE_H
#define TCPLEDGER_CASE_H

#include <limits.h>
#include <stdbool.h>

#include "base/language.h"
#include "learn/lab/world.h"

#define CASE_VIEWS	2
#define CASE_LAST	UINT_MAX	/* the newest record, whichever that is */

/**
 * struct case_view - a connection to be drawn
 * @host: from whose end
 * @nth: which of that host's records, by its id; 0 for none, or CASE_LAST
 */
struct case_view {
	enum world_host	host;
	unsigned int	nth;
};

/**
 * struct lab_case - a case; its texts are to be translated
 * @name: what it is called by
 * @summary: one line
 * @done: what is done, and by whom
 * @look: what to look at; may have values of the first view's record, as summary.h
 *	names them
 * @play: does it
 * @view: what to draw
 * @waits: it ends in TIME_WAIT, whose end may be waited for
 */
struct lab_case {
	const char		*name;
	const char		*summary;
	const char		*done;
	const char		*look;
	void			(*play)(struct world *world);
	struct case_view	view[CASE_VIEWS];
	bool			waits;
};

#endif
