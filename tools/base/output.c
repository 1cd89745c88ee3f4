// SPDX-License-Identifier: GPL-2.0
#include "base/output.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/text.h"

#define OUT_PIECE	65536	/* bytes gathered before they are written */

static struct text out;

static void write_all(void)
{
	size_t done = 0;

	while (done < out.len) {
		ssize_t n = write(STDOUT_FILENO, out.bytes + done, out.len - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno == EPIPE) {
			exit(FAIL_NONE);	/* nobody reads any more */
		} else if (errno != EINTR) {
			exit(fail_work("make room or write elsewhere",
				       "cannot write the output: %s", strerror(errno)));
		}
	}
	out.len = 0;
}

/**
 * output_text - what is about to be written
 *
 * Return: the text to add to.
 */
struct text *output_text(void)
{
	return &out;
}

/**
 * output_line - a line is complete: write if enough has been gathered
 */
void output_line(void)
{
	if (out.len >= OUT_PIECE)
		write_all();
}

/**
 * output_flush - write all that has been gathered
 */
void output_flush(void)
{
	write_all();
}

/**
 * output_finish - write what is left
 *
 * Return: exit status.
 */
int output_finish(void)
{
	write_all();
	text_free(&out);
	return FAIL_NONE;
}

/**
 * output_colour - whether colour may be used
 *
 * Return: true on a terminal, unless NO_COLOR is set (no-color.org) or the
 * terminal is dumb.
 */
bool output_colour(void)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (no && *no)
		return false;
	if (!term || !strcmp(term, "dumb"))
		return false;
	return isatty(STDOUT_FILENO);
}

/**
 * output_width - columns a line may take
 *
 * Return: COLUMNS if set, else the terminal's width, else no limit.
 */
unsigned int output_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns) {
		char *end;
		unsigned long n = strtoul(columns, &end, 10);

		if (end != columns && !*end && n > 0 && n < 10000)
			return (unsigned int)n;
	}
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return UINT_MAX;
}
