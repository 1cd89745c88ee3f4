// SPDX-License-Identifier: GPL-2.0
/*
 * Every word and number of the text files against the records as JSON: here the files
 * of one line a record, whose columns are found by their names. Only ages and what
 * remains of 2MSL move while the files are read, one after the other.
 */
#include "lib/judge/text.h"

#include <stdlib.h>
#include <string.h>

#include "lib/judge/text_log.h"
#include "lib/judge/words.h"
#include "lib/judge/wrong.h"

/**
 * struct column - a word of a line, and what it must say
 * @name: in the head line
 * @path: the record's key; NULL: the function knows
 * @is: compares, NULL for equal words or "-" for null
 */
struct column {
	const char *name;
	const char *path;
	bool (*is)(const char *word, json_object *rec, const char *path, int64_t most);
};

static bool is_local(const char *word, json_object *rec, const char *path, int64_t most)
{
	struct endpoint ep = record_local(rec);

	return word_is_endpoint(word, &ep);
}

static bool is_remote(const char *word, json_object *rec, const char *path, int64_t most)
{
	struct endpoint ep = record_remote(rec);

	return word_is_endpoint(word, &ep);
}

static bool is_role(const char *word, json_object *rec, const char *path, int64_t most)
{
	return !strcmp(word, role_text(rec));
}

static int64_t ns_or_none(json_object *rec, const char *path)
{
	return record_null(rec, path) ? -1 : record_int(rec, path);
}

static bool is_duration(const char *word, json_object *rec, const char *path, int64_t most)
{
	char buf[32];

	return !strcmp(word, duration_text(buf, ns_or_none(rec, path)));
}

static bool is_growing(const char *word, json_object *rec, const char *path, int64_t most)
{
	return word_is_moved_duration(word, ns_or_none(rec, path), most, false);
}

static bool is_shrinking(const char *word, json_object *rec, const char *path, int64_t most)
{
	return word_is_moved_duration(word, ns_or_none(rec, path), most, true);
}

static bool is_yes(const char *word, json_object *rec, const char *path, int64_t most)
{
	return !strcmp(word, !strcmp(record_text(rec, path), "true") ? "yes" : "no");
}

static bool is_anomalies(const char *word, json_object *rec, const char *path, int64_t most)
{
	struct words w = { 0 };

	words_add_anomalies(&w, rec);
	return !strcmp(word, w.text);
}

static const struct column connections_columns[] = {
	{ "ID", "id" }, { "STATE", "state" },
	{ "LOCAL", NULL, is_local }, { "REMOTE", NULL, is_remote },
	{ "ROLE", NULL, is_role }, { "OUTCOME", "open.outcome" },
	{ "KIND", "close.kind" }, { "FIRST", "close.first" },
	{ "AGE", "state_age_ns", is_growing },
	{ "HANDSHAKE", "open.handshake_ns", is_duration },
	{ "DURATION", "duration_ns", is_duration }, { "ANOMALIES", NULL, is_anomalies },
	{ }
};

static const struct column timewait_columns[] = {
	{ "ID", "id" }, { "LOCAL", NULL, is_local }, { "REMOTE", NULL, is_remote },
	{ "ENTERED", "time_wait.entered_ns", is_duration },
	{ "REMAINING", "time_wait.remaining_ns", is_shrinking },
	{ "RESIDENCE", "time_wait.residence_ns", is_duration },
	{ "RESTARTS", "time_wait.restarts" }, { "REACKS", "time_wait.fin_reacks" },
	{ "OLD_DUPS", "time_wait.old_duplicates" }, { "EXIT", "time_wait.exit" },
	{ "EXACT", "time_wait.residence_exact", is_yes },
	{ }
};

static int judge_column(const char *file, const struct column *c, const struct line *head,
			const struct line *line, json_object *rec, int64_t most)
{
	size_t at = 0;
	bool right;

	while (at < head->n && strcmp(head->word[at], c->name))
		at++;
	if (at >= head->n || at >= line->n)
		return wrong_if(true, rec, "%s lacks its %s", file, c->name);
	right = c->is ? c->is(line->word[at], rec, c->path, most) :
			!strcmp(line->word[at], word_or_dash(rec, c->path));
	return wrong_if(!right, rec, "%s has %s %s, the record %s", file, c->name,
			line->word[at], c->path ? record_text(rec, c->path) : "another");
}

/* A file of one line a record. Return: how much is wrong; in @lines how many there are */
static int judge_lines(const char *file, const char *text, const struct column *columns,
		       const struct evidence *e, size_t *lines)
{
	bool *seen = calloc(e->ledger.n + 1, sizeof(*seen)), history = false;
	char *copy = strdup(text), *rest = copy, *one;
	struct line head, line;
	int wrong = 0;

	*lines = 0;
	line_split(&head, strsep(&rest, "\n"));
	while ((one = strsep(&rest, "\n"))) {
		json_object *rec;

		if (!*one)
			continue;
		line_split(&line, one);
		rec = record_take(&e->ledger, seen, strtoull(line.word[0], NULL, 10));
		if (!rec || line.n != head.n) {
			say("%s: of no record, of one twice, or not %zu words: %s", file, head.n,
			    one);
			wrong++;
			continue;
		}
		++*lines;
		for (const struct column *c = columns; c->name; c++)
			wrong += judge_column(file, c, &head, &line, rec,
					      e->until - e->ledger.at);
		wrong += wrong_if(history && record_null(rec, "ended_at"), rec,
				  "%s: lives, behind one that has ended", file);
		history |= !record_null(rec, "ended_at");
	}
	free(copy);
	free(seen);
	return wrong;
}

static size_t were_in_time_wait(const struct ledger *ledger)
{
	size_t n = 0;

	for (size_t i = 0; i < ledger->n; i++)
		n += !record_null(ledger->records[i], "time_wait");
	return n;
}

/**
 * judge_text - see that the text files tell of the same records, number by number
 * @e: all that the ledger says
 * Return: how much is wrong
 */
int judge_text(const struct evidence *e)
{
	size_t connections, timewait;
	int wrong = judge_text_log(e);

	wrong += judge_lines("connections", e->connections, connections_columns, e, &connections);
	wrong += judge_lines("timewait", e->timewait, timewait_columns, e, &timewait);
	if (connections != e->ledger.n || timewait != were_in_time_wait(&e->ledger)) {
		say("%zu lines in connections and %zu in timewait, of %zu and %zu records",
		    connections, timewait, e->ledger.n, were_in_time_wait(&e->ledger));
		wrong++;
	}
	if (wrong)
		say("connections:\n%s# timewait:\n%s# log:\n%s", e->connections, e->timewait,
		    e->log);
	return wrong;
}
