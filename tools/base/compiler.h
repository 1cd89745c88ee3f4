/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the kernel's headers offer and a program's do not.
 */
#ifndef TCPLEDGER_COMPILER_H
#define TCPLEDGER_COMPILER_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))

/* The format and its first argument, which the compiler checks. */
#define __printf(format, first)	__attribute__((__format__(__printf__, format, first)))

#endif
