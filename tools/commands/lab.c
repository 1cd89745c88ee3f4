// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger lab: textbook cases, made for real by this kernel. What both ends
 * recorded is a file in memory, and is shown as 'show' and 'explain' show any file.
 */
#include "commands/lab.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/output.h"
#include "base/text.h"
#include "commands/explain.h"
#include "commands/options.h"
#include "commands/show.h"
#include "base/language.h"
#include "present/explain/phrase.h"
#include "present/explain/phrase_values.h"
#include "present/explain/prose_print.h"
#include "learn/lab/lab.h"
#include "learn/lab/questions.h"
#include "meaning/words.h"
#include "present/print/format.h"
#include "present/print/json_record.h"
#include "present/print/json_writer.h"
#include "present/print/wrap.h"
#include "read/reader.h"
#include "read/record_list.h"

#define NAME_WIDTH	20	/* columns of the list */

/**
 * enum detail - how much is told of a case
 * @DETAIL_ALL: what 'show' tells, what to look at, the verdict
 * @DETAIL_PICTURE: the picture, and what to look at
 * @DETAIL_TIME_WAIT: and of the verdict what it says of TIME_WAIT
 */
enum detail {
	DETAIL_ALL,
	DETAIL_PICTURE,
	DETAIL_TIME_WAIT,
};

static void bold(const char *text)
{
	bool colour = output_colour();

	text_printf(output_text(), "%s%s%s\n", colour ? "\033[1m" : "", text,
		    colour ? "\033[0m" : "");
}

/* A paragraph; its values are those of a record, if there is one. */
static void say(const char *sentence, const struct record *record)
{
	struct phrase phrase = { 0 };
	struct text prose = { 0 }, *out = output_text();
	size_t at = out->len;

	if (record)
		phrase_values_of_record(&phrase, record);
	phrase_add(&phrase, &prose, _(sentence));
	wrap_add(out, text_terminated(&prose), 2, prose_width());
	for (; at < out->len; at++)
		if (out->bytes[at] == PHRASE_NO_BREAK)
			out->bytes[at] = ' ';
	phrase_free(&phrase);
	text_free(&prose);
}

static void list_case(const char *name, const char *summary, bool json)
{
	struct text *out = output_text();

	if (json) {
		struct text *line = json_line_begin();

		json_foreign(line, "name", name);
		json_foreign(line, "summary", _(summary));
		json_line_end(line);
	} else {
		text_printf(out, "  %-*s %s\n", NAME_WIDTH, name, _(summary));
	}
}

static int list_cases(const struct options *options)
{
	const struct lab_case *lab_case;
	unsigned int n = 0;

	if (!options->json) {
		say(N_("tcpledger lab NAME makes one of these for real, between two hosts "
		       "that are network namespaces of their own, and draws what both ends "
		       "recorded:"), NULL);
		text_char(output_text(), '\n');
	}
	while ((lab_case = lab_case_at(n++)))
		list_case(lab_case->name, lab_case->summary, options->json);
	list_case(QUESTIONS_NAME, questions_summary, options->json);
	return FAIL_NONE;
}

static bool is_viewed(const struct record *record, const struct case_view *view,
		      const struct lab_result *result)
{
	return record->fixed.netns == result->netns[view->host] &&
	       (view->nth == CASE_LAST || record->fixed.id == view->nth);
}

/**
 * lab_find_view - find the record of a view; of several the newest
 * @source: the records of a case
 * @view: one of its views
 * @result: what came of it
 * @found: all zero; holds it, for record_list_next() and record_list_free()
 *
 * Return: 0, or an exit status with the error reported.
 */
int lab_find_view(const struct source *source, const struct case_view *view,
		  const struct lab_result *result, struct record_list *found)
{
	const struct record *record;
	struct reader reader;
	int status = reader_open(&reader, source);

	while (!status && !(status = reader_next(&reader, &record)) && record) {
		struct sort_place place;

		if (!is_viewed(record, view, result))
			continue;
		sort_place(SORT_OPENED, false, record, &place);
		record_list_add(found, record, &place);
	}
	reader_close(&reader);
	record_list_sort(found);
	if (!status && !found->count)
		status = fail_work("is it filtered, or is the ledger full? 'tcpledger stats' tells",
				   "the ledger has no record of the case");
	return status;
}

static bool is_initial_space(void)
{
	struct stat own, initial;

	return !stat("/proc/self/ns/net", &own) && !stat("/proc/1/ns/net", &initial) &&
	       own.st_ino == initial.st_ino && own.st_dev == initial.st_dev;
}

static void tell_error(int error)
{
	char line[128];

	snprintf(line, sizeof(line), "connect(): %s (%s)", strerror(error),
		 words_error(error) ? words_error(error) : "?");
	say(line, NULL);
}

static void tell_wait(void)
{
	text_char(output_text(), '\n');
	say(N_("TIME_WAIT is not over yet. With --wait the picture goes on to its end, about a "
	       "minute later, and tells how long it really was."), NULL);
}

/* What a namespace recorded moves to the initial one when it dies. */
static void tell_more(const struct record *record)
{
	const struct tcpledger_record *r = &record->fixed;
	bool ipv6 = r->flags & TCPLEDGER_REC_IPV6;
	struct text line = { 0 };

	if (!is_initial_space())
		return;
	text_string(&line, "tcpledger explain ");
	format_endpoint(&line, r->local, ipv6, r->lport);
	text_char(&line, '-');
	format_endpoint(&line, r->remote, ipv6, r->rport);
	text_char(output_text(), '\n');
	say(N_("Each step in words:"), NULL);
	text_printf(output_text(), "    %s\n", text_terminated(&line));
	text_free(&line);
}

static void tell(const struct options *options, const struct lab_case *lab_case,
		 const struct lab_result *result, const struct record *record,
		 enum detail detail)
{
	text_char(output_text(), '\n');
	bold(_("WHAT TO LOOK AT"));
	say(lab_case->look, record);
	if (result->error)
		tell_error(result->error);
	if (detail == DETAIL_TIME_WAIT)
		explain_time_wait(record);
	if (detail == DETAIL_ALL) {
		explain_verdict(record);
		if (lab_case->waits && !options->wait)
			tell_wait();
		tell_more(record);
	}
}

static int print_json(const struct source *source)
{
	const struct record *record;
	struct reader reader;
	int status = reader_open(&reader, source);

	while (!status && !(status = reader_next(&reader, &record)) && record)
		json_record(record);
	reader_close(&reader);
	return status;
}

static int draw(const struct options *options, const struct record *record, enum detail detail)
{
	if (detail == DETAIL_ALL || options->svg || options->log)
		return show_record(options, record);
	return show_picture(options, record);
}

/* One view's picture, or the words on it. */
static int show_view(const struct options *options, const struct lab_case *lab_case,
		     const struct lab_result *result, const struct case_view *view,
		     enum detail detail, bool words)
{
	struct record_list found = { 0 };
	const struct record *record;
	int status = lab_find_view(&options->source, view, result, &found);

	if (!status) {
		record = record_list_next(&found);
		if (words)
			tell(options, lab_case, result, record, detail);
		else
			status = draw(options, record, detail);
	}
	record_list_free(&found);
	return status;
}

/* All that is asked for of a case, out of the file in memory. */
static int show_result(const struct options *options, const struct lab_case *lab_case,
		       const struct lab_result *result, enum detail detail)
{
	const struct case_view *view = lab_case->view;
	unsigned int i, views = options->svg ? 1 : CASE_VIEWS;
	struct options from_memory = *options;
	int status = FAIL_NONE;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", result->records);
	from_memory.source.file = path;
	if (options->json)
		return print_json(&from_memory.source);
	for (i = 0; i < views && !status && view[i].nth; i++) {
		if (i)
			text_char(output_text(), '\n');
		status = show_view(&from_memory, lab_case, result, &view[i], detail, false);
	}
	if (!status && !options->svg && !options->log)
		status = show_view(&from_memory, lab_case, result, view, detail, true);
	return status;
}

static int run_case(const struct options *options, const struct lab_case *lab_case,
		    enum detail detail)
{
	bool wait = options->wait && detail != DETAIL_PICTURE;
	struct lab_result result;
	char title[256];
	int status;

	if (!options->json && !options->svg) {
		snprintf(title, sizeof(title), "%s: %s", lab_case->name, _(lab_case->summary));
		bold(title);
		say(lab_case->done, NULL);
		if (detail == DETAIL_ALL)
			text_char(output_text(), '\n');
		output_finish();	/* making it may take a while */
	}
	status = lab_run(lab_case, wait, options->keep, &result);
	if (!status)
		status = show_result(options, lab_case, &result, detail);
	lab_result_free(&result);
	return status;
}

static int answer(const struct options *options, const struct question *question, bool last)
{
	int status = FAIL_NONE;
	unsigned int n;

	if (!options->json) {
		text_char(output_text(), '\n');
		bold(_(question->text));
		say(question->answer, NULL);
	}
	for (n = 0; n < QUESTIONS_CASES && question->cases[n] && !status; n++) {
		if (!options->json)
			text_char(output_text(), '\n');
		status = run_case(options, lab_case_find(question->cases[n]),
				  last ? DETAIL_TIME_WAIT : DETAIL_PICTURE);
	}
	return status;
}

static int run_questions(const struct options *options)
{
	int status = FAIL_NONE;
	unsigned int i;

	if (!options->json)
		say(questions_introduction, NULL);
	for (i = 0; i < QUESTIONS && !status; i++)
		status = answer(options, &questions[i], i == QUESTIONS - 1);
	return status;
}

static int make_folder(const char *folder)
{
	if (!folder || !mkdir(folder, 0777) || errno == EEXIST)
		return FAIL_NONE;
	return fail_work("give a folder that can be made", "cannot make %s: %s", folder,
			 strerror(errno));
}

/**
 * command_lab - tcpledger lab
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_lab(const struct options *options)
{
	const struct lab_case *lab_case;
	const char *name = options->args[0];

	if (show_check(options))
		return FAIL_USAGE;
	if (!options->arg_count)
		return list_cases(options);
	lab_case = lab_case_find(name);
	if (!lab_case && strcmp(name, QUESTIONS_NAME))
		return fail_usage("unknown case '%s': 'tcpledger lab' lists those that there are",
				  name);
	if (!lab_case && options->svg)
		return fail_usage("%s has several pictures: give --svg with the NAME of a case",
				  QUESTIONS_NAME);
	if (lab_check() || make_folder(options->keep))
		return FAIL_WORK;
	return lab_case ? run_case(options, lab_case, DETAIL_ALL) : run_questions(options);
}
