/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lines for people kept within the width of their terminal.
 */
#ifndef TCPLEDGER_FOLD_H
#define TCPLEDGER_FOLD_H

#include <stddef.h>

struct text;

unsigned int fold_columns(const char *s, size_t len);
size_t fold_step(const char *s, size_t len, unsigned int *columns);
void fold_lines(struct text *text, size_t start, unsigned int width, unsigned int indent);

#endif
