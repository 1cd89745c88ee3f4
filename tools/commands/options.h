/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The options of all commands, in one table: what getopt_long() accepts, what
 * --help prints and what the man page must explain come from it.
 */
#ifndef TCPLEDGER_OPTIONS_H
#define TCPLEDGER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "read/filter.h"
#include "read/sort.h"
#include "read/source.h"

/* Groups of options; a command names those that it takes. */
#define OPTIONS_SOURCE		0x01	/* where to read */
#define OPTIONS_FILTER		0x02	/* which records */
#define OPTIONS_JSON		0x04
#define OPTIONS_CLOCK		0x08	/* how moments look */
#define OPTIONS_TABLE		0x10	/* order and width of a table */
#define OPTIONS_METRICS		0x20
#define OPTIONS_DIAGRAM		0x40	/* how a connection is drawn */
#define OPTIONS_EXPORT		0x80	/* what to make of the records */
#define OPTIONS_CLEAR		0x100	/* undo what is set in the kernel */
#define OPTIONS_NAMESPACE	0x200	/* whose kernel files; part of OPTIONS_SOURCE */
#define OPTIONS_REPORT		0x400	/* what a report may have */
#define OPTIONS_QUIZ		0x800	/* what is asked */
#define OPTIONS_GLOSSARY	0x1000	/* terms in place of a record */
#define OPTIONS_TWO_FILES	0x2000	/* may read a second file; no option of its own */
#define OPTIONS_LAB		0x4000	/* how a case is made */

enum options_clock {
	OPTIONS_CLOCK_DEFAULT,
	OPTIONS_CLOCK_RELATIVE,
	OPTIONS_CLOCK_WALL,
};

/**
 * struct options - what the command line asked for
 * @source: where to read
 * @other_file: FILE of a second --file, or NULL
 * @netns: argument of --netns, or NULL
 * @filter: which records
 * @json: JSON wanted
 * @openmetrics: OpenMetrics wanted
 * @wide: all columns, nothing cut
 * @clock: how moments look
 * @log: the plain log wanted, not the diagram
 * @ascii: diagrams in ASCII
 * @absolute: sequence numbers as on the wire
 * @svg: file for the diagram as SVG, or NULL
 * @sorted: --sort was given
 * @reverse: order turned round
 * @sort: key of the order
 * @limit: records wanted at most, 0 for all
 * @pcapng: FILE of --pcapng, or NULL
 * @packetdrill: FILE of --packetdrill, or NULL
 * @redact: --redact was given
 * @size: bytes of --size, or 0
 * @clear: --clear was given
 * @seeded: --seed was given
 * @seed: its number
 * @glossary: --glossary was given
 * @wait: --wait was given
 * @keep: FOLDER of --keep, or NULL
 * @help: --help was given
 * @version: --version was given
 * @args: what is not an option
 * @arg_count: how many
 */
struct options {
	struct source		source;
	const char		*other_file;
	const char		*netns;
	struct filter		filter;
	bool			json, openmetrics, wide;
	enum options_clock	clock;
	bool			log, ascii, absolute;
	const char		*svg;
	bool			sorted, reverse;
	unsigned int		sort;
	unsigned long		limit;
	const char		*pcapng, *packetdrill;
	bool			redact;
	uint64_t		size;
	bool			clear;
	bool			seeded;
	int64_t			seed;
	bool			glossary;
	bool			wait;
	const char		*keep;
	bool			help, version;
	char			**args;
	int			arg_count;
};

int options_parse(struct options *options, unsigned int groups, int argc, char **argv);
void options_help(unsigned int groups);

#endif
