/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Standard output: gathered in large pieces, quiet when the reader of a pipe
 * has gone, coloured and cut to width only where a person looks at it.
 */
#ifndef TCPLEDGER_OUTPUT_H
#define TCPLEDGER_OUTPUT_H

#include <stdbool.h>

struct text;

struct text *output_text(void);
void output_line(void);
void output_flush(void);
int output_finish(void);
bool output_colour(void);
unsigned int output_width(void);

#endif
