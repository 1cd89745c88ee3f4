/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A step of a connection in words.
 */
#ifndef TCPLEDGER_PAGE_STEP_H
#define TCPLEDGER_PAGE_STEP_H

struct page;
struct step;

void page_step(struct page *page, const struct step *step);

#endif
