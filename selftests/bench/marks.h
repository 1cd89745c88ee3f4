/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where a span that is measured begins and ends, for profile.c: two forms of nopl, an
 * instruction that does nothing, with offsets that no compiler chooses.
 */
#ifndef MARKS_H
#define MARKS_H

#define MARK_BEGIN	0x11223344
#define MARK_END	0x55667788

#define MARK(number) asm volatile("nopl %c0(%%rax, %%rax)" : : "i"(number) : "memory")

#endif
