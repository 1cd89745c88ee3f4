// SPDX-License-Identifier: GPL-2.0
#include "read/moment.h"

/**
 * moment_after - the wall clock some time after another moment
 * @from: nanoseconds since 1970
 * @offset: nanoseconds later; negative if unknown
 * @moment: set to the sum
 *
 * Return: false if it is not known or beyond all time.
 */
bool moment_after(int64_t from, int64_t offset, int64_t *moment)
{
	if (offset < 0 || from < 0)
		return false;
	return !__builtin_add_overflow(from, offset, moment);
}
