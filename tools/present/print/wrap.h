/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Prose in lines: indented, no wider than the terminal, broken at spaces and
 * between the wide characters of East Asia, of which each takes two columns.
 */
#ifndef TCPLEDGER_WRAP_H
#define TCPLEDGER_WRAP_H

struct text;

void wrap_add(struct text *out, const char *prose, unsigned int indent, unsigned int width);

#endif
