// SPDX-License-Identifier: GPL-2.0
#include "base/decimal.h"

#include <string.h>

#define EIGHT_DIGITS	100000000	/* the least number with more */

/*
 * Eight digits at once, each in a byte, the first in the lowest. Every step cuts all
 * parts of the word in two: the upper half of a part by a multiplication in place
 * of the division, exact for numbers as small as these, the lower by what remains.
 */
static inline uint64_t split(uint32_t number)
{
	uint64_t parts = number / 10000 | (uint64_t)(number % 10000) << 32;
	uint64_t upper = parts * 10486 >> 20 & 0x0000007f0000007f;

	parts = upper | (parts - 100 * upper) << 16;
	upper = parts * 103 >> 10 & 0x000f000f000f000f;
	return upper | (parts - 10 * upper) << 8;
}

static void store(char *at, uint64_t digits)
{
	digits |= 0x3030303030303030;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	digits = __builtin_bswap64(digits);
#endif
	memcpy(at, &digits, sizeof(digits));
}

/**
 * decimal_put_long - write a number of any length; decimal_put() is the fast way
 * @at: where; DECIMAL_MOST bytes must be free there
 * @number: the number, not 0
 *
 * Return: where the next byte goes.
 */
char *decimal_put_long(char *at, uint64_t number)
{
	unsigned int zeros;
	uint64_t digits;

	if (number < 100) {
		at[0] = (char)('0' + number / 10);
		at[1] = (char)('0' + number % 10);
		return at + 2;
	}
	if (number >= EIGHT_DIGITS) {
		at = decimal_put(at, number / EIGHT_DIGITS);
		store(at, split((uint32_t)(number % EIGHT_DIGITS)));
		return at + 8;
	}
	digits = split((uint32_t)number);
	zeros = (unsigned int)__builtin_ctzll(digits) / 8;
	store(at, digits >> zeros * 8);
	return at + 8 - zeros;
}
