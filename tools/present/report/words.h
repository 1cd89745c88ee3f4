/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An explanation as elements of a page. The words on a step have its number in
 * data-g, as its arrow in the ladder has.
 */
#ifndef TCPLEDGER_REPORT_WORDS_H
#define TCPLEDGER_REPORT_WORDS_H

struct prose;
struct record;
struct text;

void words_add_verdict(struct text *page, const struct prose *prose, const struct text *more);
void words_add_steps(struct text *page, const struct prose *prose,
		     const struct record *record);
void words_add_anomalies(struct text *page, const struct prose *prose);

#endif
