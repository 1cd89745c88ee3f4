// SPDX-License-Identifier: GPL-2.0
/*
 * tcpledger explain: one connection, each step in words.
 */
#include "commands/explain.h"

#include "base/fail.h"
#include "commands/find.h"
#include "commands/options.h"
#include "present/explain/explanation.h"
#include "present/explain/glossary.h"
#include "present/explain/phrase_values.h"
#include "present/explain/prose.h"
#include "present/explain/prose_print.h"
#include "present/explain/rule.h"

/* Print it, and free it. */
static void print(struct prose *prose)
{
	prose_print(prose);
	prose_free(prose);
}

static void print_part(const struct record *record,
		       void (*add)(struct prose *, const struct record *))
{
	struct prose prose = { .step = -1 };

	phrase_values_of_record(&prose.phrase, record);
	add(&prose, record);
	print(&prose);
}

/**
 * explain_verdict - of an explanation the verdict alone
 * @record: a checked record
 */
void explain_verdict(const struct record *record)
{
	print_part(record, explanation_verdict_add);
}

/**
 * explain_time_wait - of a verdict what it says of TIME_WAIT
 * @record: a checked record
 */
void explain_time_wait(const struct record *record)
{
	print_part(record, explanation_time_wait_add);
}

static void print_glossary(void)
{
	const struct glossary_term *term;
	struct prose prose = { .step = -1 };
	size_t number;

	for (number = 0; (term = glossary_get(number)); number++) {
		prose_sentence(&prose, term->term);
		prose_end(&prose, PROSE_PART);
		prose_sentence(&prose, term->meaning);
		if (term->rule)
			rule_add(&prose, term->rule);
		prose_end(&prose, PROSE_WHAT);
	}
	print(&prose);
}

/**
 * command_explain - tcpledger explain
 * @options: what is asked for
 *
 * Return: exit status.
 */
int command_explain(const struct options *options)
{
	struct record_list found = { 0 };
	const struct record *record;
	struct prose prose = { 0 };
	int status;

	if (options->glossary && options->arg_count)
		return fail_usage("--glossary takes no record");
	if (options->glossary) {
		print_glossary();
		return FAIL_NONE;
	}
	if (!options->arg_count)
		return fail_usage("explain wants ID|LADDR:LPORT-RADDR:RPORT or --glossary");
	status = find_record(options, options->args[0], &found, &record);

	if (record) {
		explanation_make(&prose, record, options->clock == OPTIONS_CLOCK_WALL);
		print(&prose);
	}
	record_list_free(&found);
	return status;
}
