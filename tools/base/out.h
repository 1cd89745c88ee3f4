/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standard output: gathered in large pieces, quiet when the reader of a pipe
 * has gone, coloured and cut to width only where a person looks at it.
 */
#ifndef TCPLEDGER_OUT_H
#define TCPLEDGER_OUT_H

#include <stdbool.h>

struct text;

struct text *out_text(void);
void out_line(void);
int out_finish(void);
bool out_colour(void);
unsigned int out_width(void);

#endif
