/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Paragraphs on a terminal.
 */
#ifndef TCPLEDGER_PROSE_PRINT_H
#define TCPLEDGER_PROSE_PRINT_H

struct prose;

unsigned int prose_width(void);
void prose_print(const struct prose *prose);

#endif
