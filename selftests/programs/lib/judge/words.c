// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"

/**
 * line_split - cut a line at its blanks
 * @line: filled in
 * @text: the line
 */
void line_split(struct line *line, const char *text)
{
	char *rest = line->copy, *word;

	line->n = 0;
	if (snprintf(line->copy, sizeof(line->copy), "%s", text) >= (int)sizeof(line->copy))
		die("a line of %zu bytes", strlen(text));
	while ((word = strsep(&rest, " "))) {
		if (!*word)
			continue;
		if (line->n == WORDS_MAX)
			die("more than %d words: %s", WORDS_MAX, text);
		line->word[line->n++] = word;
	}
}

/**
 * words_add - append to a text
 * @w: the text
 * @fmt: as of printf()
 */
void words_add(struct words *w, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	w->n += vsnprintf(w->text + w->n, sizeof(w->text) - w->n, fmt, ap);
	va_end(ap);
	if (w->n >= sizeof(w->text))
		die("a line of %zu bytes", w->n);
}

/* Each run of blanks is one, and none is at either end. */
static const char *squeeze(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++)
		if (*from != ' ' || (to > text && to[-1] != ' '))
			*to++ = *from;
	while (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
	return text;
}

/**
 * words_compare - compare what a file says with what it must say
 * @rec: the record it is about
 * @file: name of the file
 * @got: what it says; each run of blanks counts as one
 * @wanted: what it must say, likewise
 * Return: how much is wrong
 */
int words_compare(json_object *rec, const char *file, const char *got, struct words *wanted)
{
	char copy[LINE_MAX_LEN];

	snprintf(copy, sizeof(copy), "%s", got);
	squeeze(copy);
	squeeze(wanted->text);
	return wrong_if(strcmp(copy, wanted->text), rec, "%s says \"%s\", not \"%s\"", file, copy,
			wanted->text);
}

/**
 * word_or_dash - the word for a key of a record
 * @rec: record
 * @path: the key
 * Return: its value, "-" for null
 */
const char *word_or_dash(json_object *rec, const char *path)
{
	return record_null(rec, path) ? "-" : record_text(rec, path);
}

/**
 * duration_text - how the files write a duration
 * @buf: room for it
 * @ns: the duration, negative for none
 * Return: three digits behind the point, cut there; "-" for none
 */
const char *duration_text(char buf[32], int64_t ns)
{
	if (ns < 0)
		return "-";
	if (ns < 1000000)
		snprintf(buf, 32, "%lld.%03lldus", ns / 1000LL, ns % 1000LL);
	else if (ns < 1000000000)
		snprintf(buf, 32, "%lld.%03lldms", ns / 1000000LL, ns / 1000LL % 1000);
	else
		snprintf(buf, 32, "%lld.%03llds", ns / 1000000000LL, ns / 1000000LL % 1000);
	return buf;
}

/* The least that a duration can be, and in @unit how much more. */
static int64_t duration_ns(const char *text, int64_t *unit)
{
	unsigned long long whole, part;
	char name[8];

	if (sscanf(text, "%llu.%3llu%7s", &whole, &part, name) != 3)
		return -1;
	*unit = !strcmp(name, "us") ? 1 : !strcmp(name, "ms") ? 1000 :
		!strcmp(name, "s") ? 1000000 : 0;
	return *unit ? (int64_t)(whole * 1000 + part) * *unit : -1;
}

/**
 * word_is_moved_duration - is this a duration that moved since the record was read?
 * @text: the word
 * @ns: the duration when the record was read, negative for none
 * @most: how much time passed since at most
 * @shrinks: it shrinks, else it grows
 * Return: whether it is
 */
bool word_is_moved_duration(const char *text, int64_t ns, int64_t most, bool shrinks)
{
	int64_t unit = 0, told = duration_ns(text, &unit);
	char again[32];

	if (ns < 0)
		return !strcmp(text, "-");
	if (told < 0 || strcmp(text, duration_text(again, told)))
		return false;
	return shrinks ? told + unit > ns - most && told <= ns :
			 told + unit > ns && told <= ns + most;
}

/**
 * word_is_endpoint - is this an address with its port?
 * @word: the word
 * @ep: address and port
 * Return: whether it is
 */
bool word_is_endpoint(const char *word, const struct endpoint *ep)
{
	char ip[64], buf[80];
	const char *port = strrchr(word, ':');
	size_t n;

	if (!port || atoi(port + 1) != ep->port)
		return false;
	snprintf(buf, sizeof(buf), "%.*s", (int)(port - word), word);
	/* IPv6 stands in brackets, perhaps with a device. */
	n = *buf == '[' ? strcspn(buf + 1, "%]") : strlen(buf);
	snprintf(ip, sizeof(ip), "%.*s", (int)n, *buf == '[' ? buf + 1 : buf);
	if ((*buf == '[') == endpoint_is_ipv4(ep))
		return false;
	return !strcmp(ip, endpoint_text(ep));
}

/**
 * words_add_anomalies - append the anomalies of a record
 * @w: the text
 * @rec: record
 */
void words_add_anomalies(struct words *w, json_object *rec)
{
	json_object *tags = record_at(rec, "anomalies");
	size_t n = json_object_array_length(tags);

	if (!n)
		words_add(w, "-");
	for (size_t i = 0; i < n; i++)
		words_add(w, "%s%s", i ? "," : "",
			  json_object_get_string(json_object_array_get_idx(tags, i)));
}

/**
 * role_text - the word for a role; JSON has none for one that is not known
 * @rec: record
 * Return: the word
 */
const char *role_text(json_object *rec)
{
	return record_null(rec, "open.role") ? "unknown" : record_text(rec, "open.role");
}

/**
 * record_take - the record of an id that no line had before
 * @ledger: the records, in the order of their ids
 * @seen: for each of them, whether a line had it; changed
 * @id: the id
 * Return: the record, or NULL
 */
json_object *record_take(const struct ledger *ledger, bool *seen, unsigned long long id)
{
	size_t low = 0, high = ledger->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (record_int(ledger->records[mid], "id") < (int64_t)id)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == ledger->n || record_int(ledger->records[low], "id") != (int64_t)id || seen[low])
		return NULL;
	seen[low] = true;
	return ledger->records[low];
}
