// SPDX-License-Identifier: GPL-2.0
/*
 * Every word and number of the file log against the records as JSON.
 *
 * What a line must say is written anew here, from the record, and the two are
 * compared with each run of blanks as one.
 */
#include "lib/judge/text_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/words.h"
#include "lib/judge/wrong.h"

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

	words_add(w, " %s %u", what, number);
	if (!record_null(rec, isn))
		words_add(w, " (+%u)", number - (uint32_t)record_int(rec, isn));
}

static void add_segment(struct words *w, json_object *rec, json_object *entry)
{
	bool out = !strcmp(record_text(entry, "dir"), "out");
	char flags[64];

	words_add(w, " %s %s", out ? "out" : "in", name_of_flags(entry, flags));
	add_number(w, "seq", rec, record_int(entry, "seq"), out);
	if (entry_flags(entry) & SEG_ACK)
		add_number(w, "ack", rec, record_int(entry, "ack"), !out);
	words_add(w, " win %s len %s", record_text(entry, "win"), record_text(entry, "len"));
	if (!strcmp(record_text(entry, "retransmit"), "true"))
		words_add(w, " retransmit");
	if (!strcmp(record_text(entry, "origin"), "other"))
		words_add(w, " not from TCP");
	if (!strcmp(record_text(entry, "accepted"), "false"))
		words_add(w, " not accepted");
}

static int judge_entry(const char *line, json_object *rec, json_object *entry)
{
	int64_t t = record_int(entry, "t_ns");
	struct words w = { 0 };

	words_add(&w, "%s %lld.%09lld", record_text(entry, "n"), t / 1000000000LL,
		  t % 1000000000LL);
	if (entry_is(entry, "state"))
		words_add(&w, " state %s -> %s by %s", record_text(entry, "from"),
			  record_text(entry, "to"), word_or_dash(entry, "cause"));
	else if (entry_is(entry, "note"))
		words_add(&w, " note %s", record_text(entry, "tag"));
	else
		add_segment(&w, rec, entry);
	if (!entry_is(entry, "segment") && !record_null(entry, "segment"))
		words_add(&w, " %s", record_text(entry, "segment"));
	return words_compare(rec, "log", line, &w);
}

/* A command's name: what is no printable ASCII stands there in hexadecimal. */
static void add_actor(struct words *w, json_object *rec, const char *what, const char *key)
{
	char comm[32], pid[32];

	snprintf(comm, sizeof(comm), "%s.comm", key);
	snprintf(pid, sizeof(pid), "%s.pid", key);
	if (record_null(rec, comm))
		return;
	words_add(w, ", %s ", what);
	for (const char *c = record_text(rec, comm); *c; c++)
		words_add(w, *c >= ' ' && *c < 0x7f ? "%c" : "\\x%02x", (unsigned char)*c);
	if (!record_null(rec, pid))
		words_add(w, "[%s]", record_text(rec, pid));
}

static int judge_who(const char *line, json_object *rec)
{
	struct words w = { 0 };

	words_add(&w, "opened %s", record_text(rec, "opened_at"));
	add_actor(&w, rec, "by", "owner");
	if (!record_null(rec, "owner.uid"))
		words_add(&w, ", uid %s", record_text(rec, "owner.uid"));
	add_actor(&w, rec, "closed by", "closer");
	if (!record_null(rec, "peer_id"))
		words_add(&w, ", peer #%s", record_text(rec, "peer_id"));
	return words_compare(rec, "log", line, &w);
}

static int judge_numbers(const char *line, json_object *rec)
{
	bool local = !record_null(rec, "open.local_isn");
	bool remote = !record_null(rec, "open.remote_isn");
	struct words w = { 0 };
	char buf[32];

	words_add(&w, "isn%s", local || remote ? "" : " unknown");
	if (local)
		words_add(&w, " local %s", record_text(rec, "open.local_isn"));
	if (remote)
		words_add(&w, " remote %s", record_text(rec, "open.remote_isn"));
	if (!record_null(rec, "open.handshake_ns"))
		words_add(&w, ", handshake %s",
			  duration_text(buf, record_int(rec, "open.handshake_ns")));
	if (!record_null(rec, "bytes_sent"))
		words_add(&w, ", sent %s received %s bytes", record_text(rec, "bytes_sent"),
			  record_text(rec, "bytes_received"));
	if (!record_null(rec, "time_wait.residence_ns"))
		words_add(&w, ", 2MSL %s (%s)",
			  duration_text(buf, record_int(rec, "time_wait.residence_ns")),
			  record_text(rec, "time_wait.exit"));
	if (json_object_array_length(record_at(rec, "anomalies"))) {
		words_add(&w, ", ");
		words_add_anomalies(&w, rec);
	}
	return words_compare(rec, "log", line, &w);
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

	line_split(&line, text);
	if (line.n < 7)
		return wrong_if(true, rec, "log: a head of %zu words", line.n);
	snprintf(role, sizeof(role), "%s,", role_text(rec));
	snprintf(outcome, sizeof(outcome), "%s", record_text(rec, "open.outcome"));
	line.word[6][strcspn(line.word[6], ",")] = '\0';
	return judge_end(text, rec) +
	       wrong_if(!word_is_endpoint(line.word[1], &local) || strcmp(line.word[2], "->") ||
			!word_is_endpoint(line.word[3], &remote) ||
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
		words_add(&w, "%s", dropped);
		wrong += words_compare(rec, "log", take_line(rest), &w);
	}
	return wrong;
}

/**
 * judge_text_log - see that the file log tells of the same records, number by number
 * @e: all that the ledger says
 * Return: how much is wrong
 */
int judge_text_log(const struct evidence *e)
{
	bool *seen = calloc(e->ledger.n + 1, sizeof(*seen));
	char *copy = strdup(e->log), *rest = copy;
	size_t paragraphs = 0;
	int wrong = 0;

	while (rest && *rest) {
		const char *head = take_line(&rest), *end;
		json_object *rec;

		rec = *head != '#' ? NULL :
		      record_take(&e->ledger, seen, strtoull(head + 1, NULL, 10));
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
