/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TCPLEDGER_NUMBERS_H
#define TCPLEDGER_NUMBERS_H

#include <stddef.h>

int numbers_next(const char *prefix, unsigned long *number, char *path, size_t room);
void numbers_drop(const char *prefix, unsigned long number, unsigned long keep);

#endif
