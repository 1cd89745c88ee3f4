/* SPDX-License-Identifier: GPL-2.0 */
/*
 * In words: where the record of the other end was found in another host's file, and
 * how sure the common time of both is.
 */
#ifndef TCPLEDGER_DESCRIBE_OTHER_H
#define TCPLEDGER_DESCRIBE_OTHER_H

struct clocks;
struct record;
struct text;

void describe_other_found(struct text *text, const char *file, const struct record *record,
			  const struct record *other);
void describe_other_clocks(struct text *text, const struct clocks *clocks);

#endif
