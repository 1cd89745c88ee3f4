/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A step of a connection in words, and the rules that it follows.
 */
#ifndef TCPLEDGER_PAGE_STEP_H
#define TCPLEDGER_PAGE_STEP_H

struct page;
struct step;

void page_add_rule(struct page *page, const char *rule);
void page_rule(struct page *page, const char *rule);
void page_step(struct page *page, const struct step *step);

#endif
