// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>

static unsigned int planned, results;
static int failed;

/**
 * tap_plan - say how many results there will be, before the first
 * @count: how many
 */
void tap_plan(unsigned int count)
{
	planned = count;
	printf("1..%u\n", count);
	fflush(stdout);
}

/**
 * tap_result - one result
 * @good: it passed
 * @format: its name
 */
void tap_result(bool good, const char *format, ...)
{
	va_list args;

	printf("%sok %u - ", good ? "" : "not ", ++results);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	/* A sanitizer that ends the next case must not take this one along. */
	fflush(stdout);
	failed |= !good;
}

/**
 * tap_note - a line that explains the result before it
 * @format: the line
 */
void tap_note(const char *format, ...)
{
	va_list args;

	fputs("# ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

/**
 * tap_end - compare the results with the plan
 *
 * Return: the status for main().
 */
int tap_end(void)
{
	if (results != planned) {
		tap_note("%u results, but the plan was %u", results, planned);
		failed = 1;
	}
	return failed;
}
