// SPDX-License-Identifier: GPL-2.0
#include "base/fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "base/escape.h"
#include "base/text.h"

static bool is_quiet;
static bool is_part;

/**
 * fail_quietly - whether what goes wrong is still said
 * @quiet: it is not
 *
 * For a search that may come to nothing: a command that has said what is wrong
 * with a file does not say it again when it looks into it for something else.
 */
void fail_quietly(bool quiet)
{
	is_quiet = quiet;
}

/*
 * One line, in which the names of strangers are harmless.
 */
static void print_line(const char *before, const char *path, const char *format, va_list args,
		       const char *advice)
{
	struct text line = { 0 };
	char message[1024];
	ssize_t ignored;

	if (is_quiet)
		return;
	vsnprintf(message, sizeof(message), format, args);
	text_string(&line, "tcpledger: ");
	if (path) {
		text_string(&line, before);
		escape_terminal(&line, path);
		text_string(&line, ": ");
	}
	escape_terminal(&line, message);
	text_string(&line, advice ? "; " : "");
	text_string(&line, advice ? advice : "");
	text_char(&line, '\n');
	ignored = write(STDERR_FILENO, line.bytes, line.len);
	(void)ignored;
	text_free(&line);
}

/**
 * fail_work - say why the work could not be done
 * @advice: what to do
 * @format: as printf(): what, where, why
 *
 * Return: the exit status, FAIL_WORK.
 */
int fail_work(const char *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(NULL, NULL, format, args, advice);
	va_end(args);
	return FAIL_WORK;
}

/**
 * fail_read - say why a file could not be read
 * @path: the file
 * @advice: what to do
 * @format: as printf(): why
 *
 * Return: the exit status, FAIL_WORK.
 */
int fail_read(const char *path, const char *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("cannot read ", path, format, args, advice);
	va_end(args);
	return FAIL_WORK;
}

/**
 * fail_partly - say that only a part of a file could be read
 * @path: the file
 * @advice: what is done about it
 * @format: as printf(): why
 *
 * What was read is answered from; that it is not all is the exit status, see fail_status().
 */
void fail_partly(const char *path, const char *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("cannot read all of ", path, format, args, advice);
	va_end(args);
	is_part |= !is_quiet;
}

/**
 * fail_status - the exit status of a command that went well
 *
 * Return: 0, or an exit status if a file could be read only in part. That is
 * forgotten then.
 */
int fail_status(void)
{
	bool part = is_part;

	is_part = false;
	return part ? FAIL_WORK : FAIL_NONE;
}

/**
 * fail_note - say what is missing in a file that could be read
 * @path: the file
 * @advice: what to do, or what that means
 * @format: as printf(): what is missing
 */
void fail_note(const char *path, const char *advice, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line("", path, format, args, advice);
	va_end(args);
}

/**
 * fail_summary - say at the end what was done, on stderr, as the output is for data
 * @format: as printf()
 */
void fail_summary(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(NULL, NULL, format, args, NULL);
	va_end(args);
}

/**
 * fail_usage - say what was wrong with the call
 * @format: as printf()
 *
 * Return: the exit status, FAIL_USAGE.
 */
int fail_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_line(NULL, NULL, format, args, "see tcpledger --help");
	va_end(args);
	return FAIL_USAGE;
}
