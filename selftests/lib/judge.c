// SPDX-License-Identifier: GPL-2.0
#include "judge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether a text has a word with nothing of a word beside it. */
static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]) && at[len] != '_')
			return true;
	return false;
}

static const char *port_word(char *buf, size_t size, int64_t port)
{
	snprintf(buf, size, "%lld", (long long)port);
	return buf;
}

/* Whether a line is about a record: it begins with its id, and has its addresses and ports. */
static bool line_is_about(const char *line, json_object *rec)
{
	char l[16], r[16];

	return strtoll(line + strspn(line, " #"), NULL, 10) == record_int(rec, "id") &&
	       strstr(line, record_text(rec, "local")) &&
	       strstr(line, record_text(rec, "remote")) &&
	       has_word(line, port_word(l, sizeof(l), record_int(rec, "lport"))) &&
	       has_word(line, port_word(r, sizeof(r), record_int(rec, "rport")));
}

static int judge_connections(char *text, const struct ledger *ledger)
{
	int wrong = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		const char *word = record_null(rec, "close.kind") ||
				   !strcmp(record_text(rec, "live"), "true") ?
				   record_text(rec, "state") : record_text(rec, "close.kind");
		char *copy = strdup(text), *rest = copy, *line;
		bool found = false, agrees = false;

		if (!strcmp(word, "none"))
			word = record_text(rec, "open.outcome");
		while ((line = strsep(&rest, "\n"))) {
			bool about = line_is_about(line, rec);

			found |= about;
			agrees |= about && has_word(line, word);
		}
		wrong += wrong_if(!found, rec, "is not in %s/connections", LEDGER_PROC);
		wrong += wrong_if(found && !agrees, rec, "is in %s/connections without \"%s\"",
				  LEDGER_PROC, word);
		free(copy);
	}
	return wrong;
}

/* The paragraph of a record: from the line with its tuple to the next record's. */
static int judge_paragraph(char *text, const struct ledger *ledger, json_object *rec)
{
	char *copy = strdup(text), *rest = copy, *line;
	json_object *log = record_at(rec, "log");
	size_t next = 0, n = json_object_array_length(log);
	bool inside = false, found = false;
	int wrong = 0;

	while ((line = strsep(&rest, "\n"))) {
		for (size_t i = 0; i < ledger->n; i++)
			if (line_is_about(line, ledger->records[i]))
				inside = ledger->records[i] == rec;
		found |= inside;
		while (next < n && !entry_is(json_object_array_get_idx(log, next), "state"))
			next++;
		if (!inside || next == n)
			continue;
		if (has_word(line, record_text(json_object_array_get_idx(log, next), "from")) &&
		    has_word(line, record_text(json_object_array_get_idx(log, next), "to")))
			next++;
	}
	while (next < n && !entry_is(json_object_array_get_idx(log, next), "state"))
		next++;
	wrong += wrong_if(!found, rec, "is not in %s/log", LEDGER_PROC);
	wrong += wrong_if(found && next < n, rec, "%s/log lacks %s -> %s", LEDGER_PROC,
			  record_text(json_object_array_get_idx(log, next), "from"),
			  record_text(json_object_array_get_idx(log, next), "to"));
	free(copy);
	return wrong;
}

/**
 * judge_text - see that the text files tell of the same records
 * @ledger: the records as JSON
 * Return: how much is wrong
 */
int judge_text(const struct ledger *ledger)
{
	char *connections = read_all(LEDGER_PROC "/connections");
	char *log = read_all(LEDGER_PROC "/log");
	int wrong = judge_connections(connections, ledger);

	for (size_t i = 0; i < ledger->n; i++)
		wrong += judge_paragraph(log, ledger, ledger->records[i]);
	if (wrong)
		say("connections:\n%s# log:\n%s", connections, log);
	free(connections);
	free(log);
	return wrong;
}

/**
 * judge_records - judge all records of the namespace the test is in, but for the text files
 * @world: world
 * @ledger: the records
 * Return: how much is wrong; each is reported
 */
int judge_records(struct world *world, const struct ledger *ledger)
{
	int wrong = 0;

	for (size_t i = 0; i < ledger->n; i++) {
		json_object *rec = ledger->records[i];
		int bad = judge_invariants(ledger, rec);

		bad += wrong_if((uint64_t)record_int(rec, "netns") !=
				world->space[world->here].inode,
				rec, "netns %s", record_text(rec, "netns"));
		if (bad)
			say("%s", json_object_to_json_string_ext(rec,
						JSON_C_TO_STRING_NOSLASHESCAPE));
		wrong += bad;
	}
	return wrong + judge_states(world, ledger) + judge_table(ledger);
}

/**
 * judge - judge all records of the namespace the test is in
 * @world: world
 * Return: how much is wrong; each is reported
 *
 * To be called when nothing moves: the witnesses are read one after the other.
 */
int judge(struct world *world)
{
	struct ledger ledger;
	int wrong;

	ledger_read(&ledger);
	wrong = judge_records(world, &ledger);
	wrong += judge_segments(world, &ledger);
	wrong += judge_export(world);
	wrong += judge_text(&ledger);
	ledger_free(&ledger);
	return wrong;
}
