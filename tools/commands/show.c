// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger show: one connection, as a ladder diagram or as its plain log.
 */
#include "commands/show.h"

#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/output.h"
#include "commands/find.h"
#include "commands/options.h"
#include "diagram/diagram.h"
#include "diagram/diagram_make.h"
#include "diagram/label.h"
#include "diagram/svg/svg.h"
#include "diagram/text/ladder.h"
#include "meaning/clocks.h"
#include "print/describe.h"
#include "print/describe_other.h"
#include "print/fold.h"
#include "print/json_record.h"
#include "read/peer.h"
#include "read/record.h"

#define NOTES_INDENT	13	/* as in the lines above and below the picture */

/**
 * struct ends - both ends of a connection, to be drawn
 * @record: the one that was asked for
 * @peer: the other
 * @has_peer: there is one
 * @found: where @peer came from
 * @log: of @peer, by the clock of @record
 * @notes: lines on the other end, where it is of another host
 */
struct ends {
	struct record		record;
	struct record		peer;
	bool			has_peer;
	struct record_list	found;
	struct tcpledger_entry	*log;
	struct text		notes;
};

static struct text *begin_note(struct text *notes, const char *label)
{
	text_printf(notes, "  %-10s ", label);
	return notes;
}

/* Both ends by one clock, and what is to be said of that. */
static void unite(struct ends *ends, const struct record *peer, const char *file)
{
	struct clocks clocks;
	bool known = clocks_compare(&clocks, &ends->record, peer);
	struct record record = ends->record, other = *peer;

	describe_other_found(begin_note(&ends->notes, "other end"), file, &ends->record, peer);
	text_char(&ends->notes, '\n');
	ends->log = memory_new(other.fixed.log_n, sizeof(*ends->log));
	ends->has_peer = known && clocks_unite(&clocks, &record, &other, ends->log);
	if (ends->has_peer) {
		ends->record = record;
		ends->peer = other;
	}
	describe_other_clocks(begin_note(&ends->notes, "clocks"), ends->has_peer ? &clocks : NULL);
	text_char(&ends->notes, '\n');
}

static int find_in_other_file(struct ends *ends, const char *file)
{
	const struct record *peer;
	enum peer_join join;
	int status = peer_find_in_file(file, &ends->record, &ends->found, &peer, &join);

	if (peer) {
		unite(ends, peer, file);
		return status;
	}
	begin_note(&ends->notes, "other end");
	if (join == PEER_DOUBTFUL)
		text_printf(&ends->notes, "%zu records of ", ends->found.count);
	else
		text_string(&ends->notes, "not in ");
	escape_terminal(&ends->notes, file);
	text_string(&ends->notes, join == PEER_DOUBTFUL ?
		    " have these ISNs and other addresses: which is meant is not known\n" :
		    ": no record there has these ISNs\n");
	return status;
}

static int find_ends(struct ends *ends, const struct options *options,
		     const struct record *record)
{
	const struct record *peer;

	memset(ends, 0, sizeof(*ends));
	ends->record = *record;
	if (options->other_file)
		return find_in_other_file(ends, options->other_file);
	peer = peer_find(&options->source, record, &ends->found);
	ends->has_peer = peer;
	if (peer)
		ends->peer = *peer;
	return FAIL_NONE;
}

static void free_ends(struct ends *ends)
{
	record_list_free(&ends->found);
	free(ends->log);
	text_free(&ends->notes);
}

static void print_notes(const struct ends *ends, unsigned int width)
{
	struct text *out = output_text();
	size_t start = out->len;

	text_bytes(out, ends->notes.bytes, ends->notes.len);
	fold_lines(out, start, width, NOTES_INDENT);
}

static void print_diagram(const struct options *options, const struct ends *ends,
			  const struct diagram *diagram)
{
	const struct record *record = diagram->end[DIAGRAM_LEFT].record;
	unsigned int width = output_width() < LADDER_MOST * 10 ? output_width() : LADDER_USUAL;
	struct ladder_look look = {
		.width = width, .ascii = options->ascii || !escape_is_utf8(),
		.colour = output_colour(), .wall = options->clock == OPTIONS_CLOCK_WALL,
	};

	describe_head(record, width, look.colour);
	print_notes(ends, width);
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
	int status = file_create(&file, options->svg);

	if (status)
		return status;
	svg_draw(diagram, options->clock == OPTIONS_CLOCK_WALL, &file.text);
	return file_finish(&file, FAIL_NONE);
}

static int draw(const struct options *options, const struct record *record)
{
	struct diagram diagram;
	struct ends ends;
	int status = find_ends(&ends, options, record);

	diagram_make(&diagram, &ends.record, ends.has_peer ? &ends.peer : NULL, options->absolute);
	if (options->svg)
		status |= make_svg(options, &diagram);
	else
		print_diagram(options, &ends, &diagram);
	diagram_free(&diagram);
	free_ends(&ends);
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
	if (options->other_file && (options->json || options->log))
		return fail_usage("a second --file is for the picture, not for --json or --log");
	status = find_record(options, options->args[0], &found, &record);
	if (record)
		status |= print(options, record);
	record_list_free(&found);
	return status;
}
