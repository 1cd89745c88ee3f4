/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Decimal digits of a number, written where there is room for them.
 */
#ifndef TCPLEDGER_DECIMAL_H
#define TCPLEDGER_DECIMAL_H

#include <stdint.h>

#define DECIMAL_MOST	20	/* digits of the largest number */

char *decimal_put_long(char *at, uint64_t number);

/**
 * decimal_put - write a number
 * @at: where; DECIMAL_MOST bytes must be free there
 * @number: the number
 *
 * Return: where the next byte goes.
 */
static inline char *decimal_put(char *at, uint64_t number)
{
	if (number >= 10)	/* most numbers of a record are 0 or 1 */
		return decimal_put_long(at, number);
	*at = (char)('0' + number);
	return at + 1;
}

#endif
