// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
 * tap_note - explain the result before it
 * @format: a line, or several
 */
void tap_note(const char *format, ...)
{
	static char text[16384];
	const char *at = text;
	va_list args;
	int len;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	do {
		len = (int)strcspn(at, "\n");
		printf("# %.*s\n", len, at);
		at += len + !!at[len];
	} while (*at);
	/* Who aborts next must not take this along. */
	fflush(stdout);
}

/**
 * tap_bail - give up: nothing that follows would mean anything
 * @format: why
 */
void tap_bail(const char *format, ...)
{
	va_list args;

	fputs("Bail out! ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
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
