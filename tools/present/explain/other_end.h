/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In sentences: where the record of the other end was found among those of another
 * host, and how sure the common time of both is.
 */
#ifndef TCPLEDGER_OTHER_END_H
#define TCPLEDGER_OTHER_END_H

#include <stdbool.h>
#include <stddef.h>

struct clocks;
struct record;
struct text;

void other_end_found(struct text *text, const char *file, const struct record *record,
		     const struct record *other);
void other_end_not_found(struct text *text, const char *file, size_t doubtful);
void other_end_clocks(struct text *text, const struct clocks *clocks, bool turned);

#endif
