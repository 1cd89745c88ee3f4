// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger show: one connection, as a ladder diagram or as its plain log.
 */
#include "commands/show.h"

#include "base/escape.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/output.h"
#include "commands/find.h"
#include "commands/options.h"
#include "diagram/diagram.h"
#include "diagram/diagram_make.h"
#include "diagram/label.h"
#include "diagram/svg/svg.h"
#include "diagram/text/ladder.h"
#include "print/describe.h"
#include "print/json_record.h"
#include "read/peer.h"
#include "read/record.h"

static void print_diagram(const struct options *options, const struct diagram *diagram)
{
	const struct record *record = diagram->end[DIAGRAM_LEFT].record;
	unsigned int width = output_width() < LADDER_MOST * 10 ? output_width() : LADDER_USUAL;
	struct ladder_look look = {
		.width = width, .ascii = options->ascii || !escape_is_utf8(),
		.colour = output_colour(), .wall = options->clock == OPTIONS_CLOCK_WALL,
	};

	describe_head(record, width, look.colour);
	text_char(output_text(), '\n');
	ladder_draw(diagram, &look, output_text());
	text_char(output_text(), '\n');
	ladder_legend(diagram, &look, output_text());
	text_char(output_text(), '\n');
	describe_verdict(record, width, look.colour);
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

static int draw(const struct options *options, const struct record *record)
{
	struct record_list found = { 0 };
	const struct record *peer = peer_find(&options->source, record, &found);
	struct diagram diagram;
	int status = FAIL_NONE;

	diagram_make(&diagram, record, peer, options->absolute);
	if (options->svg)
		status = make_svg(options, &diagram);
	else
		print_diagram(options, &diagram);
	diagram_free(&diagram);
	record_list_free(&found);
	return status;
}

static int print(const struct options *options, const struct record *record)
{
	if (options->json)
		json_record(record);
	else if (options->log)
		describe_record(record, options->clock == OPTIONS_CLOCK_WALL, output_width(),
				output_colour());
	else
		return draw(options, record);
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

	if (options->json + options->log + !!options->svg > 1)
		return fail_usage("--json, --log and --svg exclude each other");
	status = find_record(options, options->args[0], &found, &record);
	if (record)
		status |= print(options, record);
	record_list_free(&found);
	return status;
}
