// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>

static unsigned int results;
static int failed;

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
 * tap_end - print the plan
 *
 * Return: the status for main().
 */
int tap_end(void)
{
	printf("1..%u\n", results);
	return failed;
}
