// SPDX-License-Identifier: GPL-2.0
/*
 * Digits of numbers, against those that printf() writes: all small numbers, what lies
 * around each power of ten and of two, and numbers of each length in between.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "tap.h"

#define SMALL	200000
#define NEAR	1000
#define STEPS	200000

/* The place for the digits ends where they may end: what is written behind it is found. */
static bool is_right(uint64_t number)
{
	char wanted[DECIMAL_MOST + 1], *got = __builtin_alloca(DECIMAL_MOST);
	size_t len = (size_t)(decimal_put(got, number) - got);

	snprintf(wanted, sizeof(wanted), "%" PRIu64, number);
	if (len == strlen(wanted) && !memcmp(got, wanted, len))
		return true;
	tap_note("%s became %.*s", wanted, (int)len, got);
	return false;
}

static bool are_right(uint64_t from, uint64_t count)
{
	uint64_t i;

	for (i = 0; i < count; i++)
		if (!is_right(from + i))
			return false;
	return true;
}

/* Each number is some larger than the one before, so that there are some of each length. */
static bool are_right_upwards(void)
{
	uint64_t number = 1;
	unsigned int i;

	for (i = 0; number < UINT64_MAX / 2 && i < STEPS; i++) {
		if (!is_right(number))
			return false;
		number += number / 4001 + 1;
	}
	return i < STEPS;
}

int main(void)
{
	uint64_t power = 1;
	unsigned int i;

	tap_plan(1 + 19 + 64 + 2);
	tap_result(are_right(0, SMALL), "numbers below %u", SMALL);
	for (i = 1; i < 20; i++) {
		power *= 10;
		tap_result(are_right(power - NEAR, 2 * NEAR), "around the power %u of ten", i);
	}
	for (i = 0; i < 64; i++)
		tap_result(are_right((1ULL << i) - 1, NEAR), "from the power %u of two", i);
	tap_result(are_right(UINT64_MAX - NEAR, NEAR + 1), "the largest");
	tap_result(are_right_upwards(), "numbers of each length");
	return tap_end();
}
