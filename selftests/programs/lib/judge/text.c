// SPDX-License-Identifier: GPL-2.0
/*
 * Every word and number of the text files against the records as JSON.
 *
 * What a line must say is written anew here, from the record, and the two are
 * compared with each run of blanks as one; columns are found by their names. Only
 * ages and what remains of 2MSL move while the files are read, one after the other.
 */
#include "lib/judge/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/wrong.h"

#define WORDS_MAX	24
#define LINE_MAX_LEN	1024

/**
 * struct line - a line of a text file
 * @n: how many words
 * @word: the words
 * @copy: what they are in
 */
struct line {
	size_t n;
	char *word[WORDS_MAX];
	char copy[LINE_MAX_LEN];
};

static void split(struct line *line, const char *text)
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
 * struct words - a text that is put together, or one with its blanks put together
 * @n: length
 * @text: the text
 */
struct words {
	size_t n;
	char text[LINE_MAX_LEN];
};

static void say_words(struct words *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void say_words(struct words *w, const char *fmt, ...)
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

static int compare_words(json_object *rec, const char *file, const char *got, struct words *wanted)
{
	char copy[LINE_MAX_LEN];

	snprintf(copy, sizeof(copy), "%s", got);
	squeeze(copy);
	squeeze(wanted->text);
	return wrong_if(strcmp(copy, wanted->text), rec, "%s says \"%s\", not \"%s\"", file, copy,
			wanted->text);
}

static const char *word_or_dash(json_object *rec, const char *path)
{
	return record_null(rec, path) ? "-" : record_text(rec, path);
}

/* A duration has three digits behind the point, and is cut there. */
static const char *duration_text(char buf[32], int64_t ns)
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

static int64_t ns_or_none(json_object *rec, const char *path)
{
	return record_null(rec, path) ? -1 : record_int(rec, path);
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

/* A duration that grows, or shrinks, between the reading of the record and of the file. */
static bool moved_duration(const char *text, int64_t ns, int64_t most, bool shrinks)
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

static bool is_endpoint(const char *word, const struct endpoint *ep)
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

static void add_anomalies(struct words *w, json_object *rec)
{
	json_object *tags = record_at(rec, "anomalies");
	size_t n = json_object_array_length(tags);

	if (!n)
		say_words(w, "-");
	for (size_t i = 0; i < n; i++)
		say_words(w, "%s%s", i ? "," : "",
			  json_object_get_string(json_object_array_get_idx(tags, i)));
}

/* The record of an id that nothing had before. Return: NULL if there is none */
static json_object *record_of_id(const struct ledger *ledger, bool *seen, unsigned long long id)
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

	return is_endpoint(word, &ep);
}

static bool is_remote(const char *word, json_object *rec, const char *path, int64_t most)
{
	struct endpoint ep = record_remote(rec);

	return is_endpoint(word, &ep);
}

/* JSON has no word for a role that is not known, the files have. */
static const char *role_text(json_object *rec)
{
	return record_null(rec, "open.role") ? "unknown" : record_text(rec, "open.role");
}

static bool is_role(const char *word, json_object *rec, const char *path, int64_t most)
{
	return !strcmp(word, role_text(rec));
}

static bool is_duration(const char *word, json_object *rec, const char *path, int64_t most)
{
	char buf[32];

	return !strcmp(word, duration_text(buf, ns_or_none(rec, path)));
}

static bool is_growing(const char *word, json_object *rec, const char *path, int64_t most)
{
	return moved_duration(word, ns_or_none(rec, path), most, false);
}

static bool is_shrinking(const char *word, json_object *rec, const char *path, int64_t most)
{
	return moved_duration(word, ns_or_none(rec, path), most, true);
}

static bool is_yes(const char *word, json_object *rec, const char *path, int64_t most)
{
	return !strcmp(word, !strcmp(record_text(rec, path), "true") ? "yes" : "no");
}

static bool is_anomalies(const char *word, json_object *rec, const char *path, int64_t most)
{
	struct words w = { 0 };

	add_anomalies(&w, rec);
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
	split(&head, strsep(&rest, "\n"));
	while ((one = strsep(&rest, "\n"))) {
		json_object *rec;

		if (!*one)
			continue;
		split(&line, one);
		rec = record_of_id(&e->ledger, seen, strtoull(line.word[0], NULL, 10));
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

static const char *name_of_flags(json_object *entry, char buf[64])
{
	json_object *list = record_at(entry, "flags");
	size_t n = 0;

	*buf = '\0';
	for (size_t i = 0; i < json_object_array_length(list); i++)
		n += snprintf(buf + n, 64 - n, "%s%s", i ? "," : "",
			      json_object_get_string(json_object_array_get_idx(list, i)));
	return buf;
}

/* A number, and how far it is from the first of its direction where that is known. */
static void add_number(struct words *w, const char *what, json_object *rec, uint32_t number,
		       bool local)
{
	const char *isn = local ? "open.local_isn" : "open.remote_isn";

	say_words(w, " %s %u", what, number);
	if (!record_null(rec, isn))
		say_words(w, " (+%u)", number - (uint32_t)record_int(rec, isn));
}

static void add_segment(struct words *w, json_object *rec, json_object *entry)
{
	bool out = !strcmp(record_text(entry, "dir"), "out");
	char flags[64];

	say_words(w, " %s %s", out ? "out" : "in", name_of_flags(entry, flags));
	add_number(w, "seq", rec, record_int(entry, "seq"), out);
	if (entry_flags(entry) & SEG_ACK)
		add_number(w, "ack", rec, record_int(entry, "ack"), !out);
	say_words(w, " win %s len %s", record_text(entry, "win"), record_text(entry, "len"));
	if (!strcmp(record_text(entry, "retransmit"), "true"))
		say_words(w, " retransmit");
	if (!strcmp(record_text(entry, "origin"), "other"))
		say_words(w, " not from TCP");
	if (!strcmp(record_text(entry, "accepted"), "false"))
		say_words(w, " not accepted");
}

static int judge_entry(const char *line, json_object *rec, json_object *entry)
{
	int64_t t = record_int(entry, "t_ns");
	struct words w = { 0 };

	say_words(&w, "%s %lld.%09lld", record_text(entry, "n"), t / 1000000000LL,
		  t % 1000000000LL);
	if (entry_is(entry, "state"))
		say_words(&w, " state %s -> %s by %s", record_text(entry, "from"),
			  record_text(entry, "to"), word_or_dash(entry, "cause"));
	else if (entry_is(entry, "note"))
		say_words(&w, " note %s", record_text(entry, "tag"));
	else
		add_segment(&w, rec, entry);
	if (!entry_is(entry, "segment") && !record_null(entry, "segment"))
		say_words(&w, " %s", record_text(entry, "segment"));
	return compare_words(rec, "log", line, &w);
}

/* A command's name: what is no printable ASCII stands there in hexadecimal. */
static void add_actor(struct words *w, json_object *rec, const char *what, const char *key)
{
	char comm[32], pid[32];

	snprintf(comm, sizeof(comm), "%s.comm", key);
	snprintf(pid, sizeof(pid), "%s.pid", key);
	if (record_null(rec, comm))
		return;
	say_words(w, ", %s ", what);
	for (const char *c = record_text(rec, comm); *c; c++)
		say_words(w, *c >= ' ' && *c < 0x7f ? "%c" : "\\x%02x", (unsigned char)*c);
	if (!record_null(rec, pid))
		say_words(w, "[%s]", record_text(rec, pid));
}

static int judge_who(const char *line, json_object *rec)
{
	struct words w = { 0 };

	say_words(&w, "opened %s", record_text(rec, "opened_at"));
	add_actor(&w, rec, "by", "owner");
	if (!record_null(rec, "owner.uid"))
		say_words(&w, ", uid %s", record_text(rec, "owner.uid"));
	add_actor(&w, rec, "closed by", "closer");
	if (!record_null(rec, "peer_id"))
		say_words(&w, ", peer #%s", record_text(rec, "peer_id"));
	return compare_words(rec, "log", line, &w);
}

static int judge_numbers(const char *line, json_object *rec)
{
	bool local = !record_null(rec, "open.local_isn");
	bool remote = !record_null(rec, "open.remote_isn");
	struct words w = { 0 };
	char buf[32];

	say_words(&w, "isn%s", local || remote ? "" : " unknown");
	if (local)
		say_words(&w, " local %s", record_text(rec, "open.local_isn"));
	if (remote)
		say_words(&w, " remote %s", record_text(rec, "open.remote_isn"));
	if (!record_null(rec, "open.handshake_ns"))
		say_words(&w, ", handshake %s",
			  duration_text(buf, record_int(rec, "open.handshake_ns")));
	if (!record_null(rec, "bytes_sent"))
		say_words(&w, ", sent %s received %s bytes", record_text(rec, "bytes_sent"),
			  record_text(rec, "bytes_received"));
	if (!record_null(rec, "time_wait.residence_ns"))
		say_words(&w, ", 2MSL %s (%s)",
			  duration_text(buf, record_int(rec, "time_wait.residence_ns")),
			  record_text(rec, "time_wait.exit"));
	if (json_object_array_length(record_at(rec, "anomalies"))) {
		say_words(&w, ", ");
		add_anomalies(&w, rec);
	}
	return compare_words(rec, "log", line, &w);
}

/* What a head line says behind the outcome; a device or a namespace may be named too. */
static int judge_end(const char *text, json_object *rec)
{
	char kind[48] = "", first[48] = "";

	if (!record_null(rec, "close.kind"))
		snprintf(kind, sizeof(kind), ", close %s", record_text(rec, "close.kind"));
	if (!record_null(rec, "close.first"))
		snprintf(first, sizeof(first), " (%s first)", record_text(rec, "close.first"));
	return wrong_if(!strstr(text, kind) || !*kind != !strstr(text, ", close "), rec,
			"log: no \"%s\" in: %s", kind, text) +
	       wrong_if(!strstr(text, first) || !*first != !strstr(text, " first)"), rec,
			"log: no \"%s\" in: %s", first, text) +
	       wrong_if(!strcmp(record_text(rec, "partial"), "true") != !!strstr(text, ", partial"),
			rec, "log: partial or not: %s", text);
}

static int judge_head(const char *text, json_object *rec)
{
	struct endpoint local = record_local(rec), remote = record_remote(rec);
	char role[32], outcome[32];
	struct line line;

	split(&line, text);
	if (line.n < 7)
		return wrong_if(true, rec, "log: a head of %zu words", line.n);
	snprintf(role, sizeof(role), "%s,", role_text(rec));
	snprintf(outcome, sizeof(outcome), "%s", record_text(rec, "open.outcome"));
	line.word[6][strcspn(line.word[6], ",")] = '\0';
	return judge_end(text, rec) +
	       wrong_if(!is_endpoint(line.word[1], &local) || strcmp(line.word[2], "->") ||
			!is_endpoint(line.word[3], &remote) ||
			strcmp(line.word[4], record_text(rec, "state")) ||
			strcmp(line.word[5], role) || strcmp(line.word[6], outcome), rec,
			"log: another head: %s", text);
}

/* The line at which a paragraph is, and that line is taken. */
static const char *take_line(char **rest)
{
	return *rest ? strsep(rest, "\n") ?: "" : "";
}

/* A paragraph begins with its head, which is taken already. */
static int judge_paragraph(char **rest, const char *head, json_object *rec)
{
	json_object *log = record_at(rec, "log");
	char dropped[64];
	int wrong = judge_head(head, rec);

	wrong += judge_who(take_line(rest), rec);
	wrong += judge_numbers(take_line(rest), rec);
	for (size_t i = 0; i < json_object_array_length(log); i++)
		wrong += judge_entry(take_line(rest), rec, json_object_array_get_idx(log, i));
	if (record_int(rec, "log_dropped")) {
		struct words w = { 0 };

		snprintf(dropped, sizeof(dropped), "%s more entries did not fit",
			 record_text(rec, "log_dropped"));
		say_words(&w, "%s", dropped);
		wrong += compare_words(rec, "log", take_line(rest), &w);
	}
	return wrong;
}

static int judge_log(const struct evidence *e)
{
	bool *seen = calloc(e->ledger.n + 1, sizeof(*seen));
	char *copy = strdup(e->log), *rest = copy;
	size_t paragraphs = 0;
	int wrong = 0;

	while (rest && *rest) {
		const char *head = take_line(&rest), *end;
		json_object *rec;

		rec = *head != '#' ? NULL :
		      record_of_id(&e->ledger, seen, strtoull(head + 1, NULL, 10));
		if (!rec) {
			say("log: the head of no record: %s", head);
			wrong++;
			break;
		}
		paragraphs++;
		wrong += judge_paragraph(&rest, head, rec);
		end = take_line(&rest);
		if (*end) {
			wrong += wrong_if(true, rec, "log has more of it: %s", end);
			break;
		}
	}
	if (paragraphs != e->ledger.n) {
		say("log tells of %zu records, there are %zu", paragraphs, e->ledger.n);
		wrong++;
	}
	free(copy);
	free(seen);
	return wrong;
}

/**
 * judge_text - see that the text files tell of the same records, number by number
 * @e: all that the ledger says
 * Return: how much is wrong
 */
int judge_text(const struct evidence *e)
{
	size_t connections, timewait;
	int wrong = judge_log(e);

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
