/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two texts beside each other.
 */
#ifndef TCPLEDGER_COLUMNS_H
#define TCPLEDGER_COLUMNS_H

struct text;

void columns_add(struct text *out, const struct text *left, const struct text *right,
		 unsigned int width, const char *between);

#endif
