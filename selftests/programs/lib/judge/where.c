// SPDX-License-Identifier: GPL-2.0
/* Which namespace and device the text files name for each record. */
#include "lib/judge/where.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"

#define WORDS_MAX	32

/**
 * struct where - what is true of one record, or of all
 * @netns: number of the namespace, 0 if it is the reader's
 * @ifindex: number of the device, 0 if none
 */
struct where {
	int64_t netns;
	int64_t ifindex;
};

static struct where where_is(json_object *rec, uint64_t inode)
{
	int64_t netns = record_int(rec, "netns");

	return (struct where){ (uint64_t)netns == inode ? 0 : netns, record_int(rec, "ifindex") };
}

static size_t split(char *line, char **word)
{
	size_t n = 0;

	for (char *at = strtok(line, " "); at && n < WORDS_MAX; at = strtok(NULL, " "))
		word[n++] = at;
	return n;
}

/* The place of a title, or -1. */
static int column(char **word, size_t n, const char *title)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(word[i], title))
			return i;
	return -1;
}

static json_object *record_of(const struct ledger *ledger, int64_t id)
{
	for (size_t i = 0; i < ledger->n; i++)
		if (record_int(ledger->records[i], "id") == id)
			return ledger->records[i];
	return NULL;
}

static int judge_cell(json_object *rec, const char *file, const char *title, const char *cell,
		      int64_t want)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)want);
	return wrong_if(strcmp(cell, want ? text : "-"), rec, "has %s %s in %s, not %s", title,
			cell, file, want ? text : "-");
}

/* Each line of a table, and that it has the columns if it needs them. */
static int judge_table_where(const struct ledger *ledger, uint64_t inode, const char *file)
{
	struct where all = { 0 };
	char path[64], *text, *rest, *line, *word[WORDS_MAX];
	int netns, ifindex, wrong = 0;
	size_t titles, n;

	for (size_t i = 0; i < ledger->n; i++) {
		struct where w = where_is(ledger->records[i], inode);

		all.netns |= w.netns;
		all.ifindex |= w.ifindex;
	}
	snprintf(path, sizeof(path), LEDGER_PROC "/%s", file);
	text = read_all(path);
	rest = text;
	titles = split(strsep(&rest, "\n"), word);
	netns = column(word, titles, "NETNS");
	ifindex = column(word, titles, "IFINDEX");
	wrong += wrong_if((netns >= 0) != !!all.netns, NULL, "%s: column NETNS %d", file, netns);
	wrong += wrong_if((ifindex >= 0) != !!all.ifindex, NULL, "%s: column IFINDEX %d", file,
			  ifindex);
	while ((line = strsep(&rest, "\n")) && *line && *line != '#') {
		json_object *rec;

		n = split(line, word);
		rec = record_of(ledger, atoll(word[0]));
		if (!rec)
			continue;
		wrong += wrong_if(n != titles, rec, "has %zu words in %s, there are %zu titles", n,
				  file, titles);
		if (netns >= 0 && netns < (int)n)
			wrong += judge_cell(rec, file, "NETNS", word[netns],
					    record_int(rec, "netns"));
		if (ifindex >= 0 && ifindex < (int)n)
			wrong += judge_cell(rec, file, "IFINDEX", word[ifindex],
					    record_int(rec, "ifindex"));
	}
	free(text);
	return wrong;
}

/* Whether a head line says of this what is true, and nothing where there is nothing to say. */
static bool says(const char *line, const char *what, int64_t value)
{
	const char *at = strstr(line, what);

	return value ? at && atoll(at + strlen(what)) == value : !at;
}

static int judge_heads(const struct ledger *ledger, uint64_t inode)
{
	char *text = read_all(LEDGER_PROC "/log"), *rest = text, *line;
	size_t heads = 0;
	int wrong = 0;

	while ((line = strsep(&rest, "\n"))) {
		json_object *rec = *line == '#' ? record_of(ledger, atoll(line + 1)) : NULL;
		struct where w;

		if (!rec)
			continue;
		w = where_is(rec, inode);
		heads++;
		wrong += wrong_if(!says(line, ", netns ", w.netns) ||
				  !says(line, ", ifindex ", w.ifindex), rec,
				  "is in netns %lld, ifindex %lld, and the log says: %s",
				  (long long)w.netns, (long long)w.ifindex, line);
	}
	free(text);
	return wrong + wrong_if(heads != ledger->n, NULL, "%zu heads in the log, %zu records",
				heads, ledger->n);
}

/**
 * judge_where - see that the text files name namespace and device where they must
 * @ledger: the records as JSON
 * @inode: the namespace the test is in
 * Return: how much is wrong
 */
int judge_where(const struct ledger *ledger, uint64_t inode)
{
	return judge_table_where(ledger, inode, "connections") +
	       judge_table_where(ledger, inode, "timewait") + judge_heads(ledger, inode);
}
