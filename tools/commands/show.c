// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger show: one connection, as a ladder diagram or as its plain log; or two of
 * them, side by side.
 */
#include "commands/show.h"

#include <stdbool.h>

#include "base/fail.h"
#include "base/file.h"
#include "base/output.h"
#include "commands/ends.h"
#include "commands/find.h"
#include "commands/look.h"
#include "commands/options.h"
#include "commands/side_by_side.h"
#include "present/diagram/diagram.h"
#include "present/diagram/diagram_make.h"
#include "present/diagram/label.h"
#include "present/diagram/svg/svg.h"
#include "present/diagram/text/ladder.h"
#include "present/print/describe.h"
#include "present/print/json_ends.h"
#include "present/print/json_record.h"
#include "read/record.h"

static void print_diagram(const struct options *options, const struct ends *ends,
			  const struct diagram *diagram, bool verdict)
{
	const struct record *record = diagram->end[DIAGRAM_LEFT].record;
	struct ladder_look look = look_of(options);

	if (verdict) {
		describe_head(record, look.width, look.colour);
		ends_print_notes(ends, look.width);
	}
	text_char(output_text(), '\n');
	ladder_draw(diagram, &look, output_text());
	text_char(output_text(), '\n');
	ladder_legend(diagram, &look, output_text());
	if (!verdict)
		return;
	text_char(output_text(), '\n');
	describe_verdict(record, look.width, look.colour);
}

static int make_svg(const struct options *options, const struct diagram *diagram)
{
	struct file file;
	int status = file_create(&file, options->svg, FILE_LINKS_FOLLOW);

	if (status)
		return status;
	svg_draw(diagram, options->clock == OPTIONS_CLOCK_WALL, &file.text);
	return file_finish(&file, FAIL_NONE);
}

static int tell_ends(const struct options *options, const struct record *record)
{
	struct ends ends;
	int status = ends_find(&ends, &options->source, options->other_file, record);
	const struct json_ends both = {
		.record = record, .other = ends.other, .join = ends.join,
		.clocks = ends.has_peer ? &ends.clocks : NULL, .other_begin_ns = ends.begin_ns,
	};

	json_ends(&both);
	ends_free(&ends);
	return status;
}

static int draw(const struct options *options, const struct record *record, bool verdict)
{
	struct diagram diagram;
	struct ends ends;
	int status = ends_find(&ends, &options->source, options->other_file, record);

	diagram_make(&diagram, &ends.record, ends.has_peer ? &ends.peer : NULL, options->absolute);
	if (options->svg)
		status |= make_svg(options, &diagram);
	else
		print_diagram(options, &ends, &diagram, verdict);
	diagram_free(&diagram);
	ends_free(&ends);
	return status;
}

/**
 * show_record - show one record
 * @options: how, and where the other end may be found
 * @record: a checked record
 *
 * Return: 0, or an exit status with the error reported.
 */
int show_record(const struct options *options, const struct record *record)
{
	if (options->json && options->other_file)
		return tell_ends(options, record);
	if (options->json)
		json_record(record);
	else if (options->log)
		describe_record(record, options->clock == OPTIONS_CLOCK_WALL, output_width(),
				output_colour());
	else
		return draw(options, record, true);
	return FAIL_NONE;
}

/**
 * show_picture - the picture of a record and its legend, and nothing else
 * @options: how, and where the other end may be found
 * @record: a checked record
 *
 * Return: 0, or an exit status with the error reported.
 */
int show_picture(const struct options *options, const struct record *record)
{
	return draw(options, record, false);
}

/**
 * show_check - whether the options ask for one form
 * @options: what is asked for
 *
 * Return: 0, or the exit status for a wrong call with the error reported.
 */
int show_check(const struct options *options)
{
	if (options->json + options->log + !!options->svg > 1)
		return fail_usage("--json, --log and --svg exclude each other");
	return FAIL_NONE;
}

/**
 * command_show - tcpledger show
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_show(const struct options *options)
{
	struct record_list found = { 0 };
	const struct record *record;
	int status;

	if (show_check(options))
		return FAIL_USAGE;
	if ((options->other_file || options->arg_count > 1) && options->log)
		return fail_usage("--log shows one connection of one file");
	if (options->arg_count > 1 && options->svg)
		return fail_usage("--svg draws one connection");
	if (options->arg_count > 1)
		return side_by_side(options);
	status = find_record(options, options->args[0], &found, &record);
	if (record)
		status |= show_record(options, record);
	record_list_free(&found);
	return status;
}
