// SPDX-License-Identifier: GPL-2.0
#include "lib/ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

static int by_id(const void *a, const void *b)
{
	int64_t x = record_int(*(json_object *const *)a, "id");
	int64_t y = record_int(*(json_object *const *)b, "id");

	return (x > y) - (x < y);
}

/**
 * ledger_read - read all records of this namespace with the command
 * @ledger: filled in
 */
void ledger_read(struct ledger *ledger)
{
	char *text, *rest, *line;
	size_t room = 0;

	memset(ledger, 0, sizeof(*ledger));
	ledger->at = real_ns();
	text = program_output((const char *const[]){ "tcpledger", "list", "--json", NULL });
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		json_object *rec;

		if (!*line)
			continue;
		rec = json_tokener_parse(line);
		if (!rec)
			die("not JSON: %.200s", line);
		if (ledger->n == room) {
			room = room ? room * 2 : 64;
			ledger->records = realloc(ledger->records, room * sizeof(rec));
		}
		ledger->records[ledger->n++] = rec;
	}
	free(text);
	if (ledger->n)
		qsort(ledger->records, ledger->n, sizeof(*ledger->records), by_id);
}

void ledger_free(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->n; i++)
		json_object_put(ledger->records[i]);
	free(ledger->records);
}

/* Both ends as numbers, kept with the record: tests compare each record with each. */
struct ends {
	struct endpoint local;
	struct endpoint remote;
};

static const struct ends *record_ends(json_object *rec)
{
	struct ends *ends = json_object_get_userdata(rec);

	if (ends)
		return ends;
	ends = malloc(sizeof(*ends));
	if (!ends)
		die("no memory");
	ends->local = endpoint_from_text(record_text(rec, "local"), record_int(rec, "lport"));
	ends->remote = endpoint_from_text(record_text(rec, "remote"), record_int(rec, "rport"));
	json_object_set_userdata(rec, ends, json_object_free_userdata);
	return ends;
}

/**
 * ledger_find - find a record by its tuple
 * @ledger: records
 * @local: own end
 * @remote: the other
 * @nth: from 0, oldest first
 * Return: the record, NULL if there are not so many
 */
json_object *ledger_find(const struct ledger *ledger, const struct endpoint *local,
			 const struct endpoint *remote, size_t nth)
{
	for (size_t i = 0; i < ledger->n; i++) {
		const struct ends *ends = record_ends(ledger->records[i]);

		if (endpoint_equal(&ends->local, local) &&
		    endpoint_equal(&ends->remote, remote) && !nth--)
			return ledger->records[i];
	}
	return NULL;
}

size_t ledger_count(const struct ledger *ledger, const struct endpoint *local,
		    const struct endpoint *remote)
{
	size_t n = 0;

	while (ledger_find(ledger, local, remote, n))
		n++;
	return n;
}

/**
 * record_at - follow a path like "open.role" into a record
 * @rec: record, or an object in it
 * @path: keys with dots between them
 * Return: the value, NULL for null; a key that is missing ends the test
 */
json_object *record_at(json_object *rec, const char *path)
{
	char keys[64], *rest = keys, *key;

	snprintf(keys, sizeof(keys), "%s", path);
	while ((key = strsep(&rest, "."))) {
		/* The members of an object that is null are null. */
		if (!rec)
			return NULL;
		if (!json_object_object_get_ex(rec, key, &rec))
			die("the record has no key %s", path);
	}
	return rec;
}

bool record_null(json_object *rec, const char *path)
{
	return !record_at(rec, path);
}

int64_t record_int(json_object *rec, const char *path)
{
	return json_object_get_int64(record_at(rec, path));
}

/**
 * record_text - a value as text
 * @rec: record
 * @path: as of record_at()
 * Return: text of the value, "null" for null
 */
const char *record_text(json_object *rec, const char *path)
{
	json_object *value = record_at(rec, path);

	return value ? json_object_get_string(value) : "null";
}

struct endpoint record_local(json_object *rec)
{
	return record_ends(rec)->local;
}

struct endpoint record_remote(json_object *rec)
{
	return record_ends(rec)->remote;
}

bool record_has_anomaly(json_object *rec, const char *tag)
{
	json_object *tags = record_at(rec, "anomalies");

	for (size_t i = 0; i < json_object_array_length(tags); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(tags, i)), tag))
			return true;
	return false;
}

bool entry_is(json_object *entry, const char *type)
{
	return !strcmp(record_text(entry, "type"), type);
}

/**
 * entry_flags - the flags of a segment in a log
 * @entry: entry of type segment
 * Return: byte 13 of its TCP header
 */
uint8_t entry_flags(json_object *entry)
{
	static const char *const names[] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
	};
	json_object *list = record_at(entry, "flags");
	uint8_t flags = 0;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *name = json_object_get_string(json_object_array_get_idx(list, i));
		int bit = 0;

		while (bit < 8 && strcmp(names[bit], name))
			bit++;
		if (bit == 8)
			die("unknown flag %s", name);
		flags |= 1 << bit;
	}
	return flags;
}

/* "@FROM/TO": what caused that change of state, as its first entry in the log says. */
static const char *cause_text(json_object *rec, const char *change)
{
	json_object *log = record_at(rec, "log");
	size_t n = strcspn(change, "/");

	for (size_t i = 0; i < json_object_array_length(log); i++) {
		json_object *entry = json_object_array_get_idx(log, i);

		if (entry_is(entry, "state") && !strcmp(record_text(entry, "to"), change + n + 1) &&
		    strlen(record_text(entry, "from")) == n &&
		    !strncmp(record_text(entry, "from"), change, n))
			return record_text(entry, "cause");
	}
	return "never";
}

static const char *term_value(json_object *rec, const char *path)
{
	return *path == '@' ? cause_text(rec, path + 1) : record_text(rec, path);
}

/* One term of record_check(): path, operator, value. */
static bool term_holds(json_object *rec, const char *term)
{
	size_t n = strcspn(term, "=<>!~");
	const char *op = term + n, *value = op + strspn(op, "=<>!~");
	char path[64];

	snprintf(path, sizeof(path), "%.*s", (int)n, term);
	if (*op == '~')
		return record_has_anomaly(rec, value);
	if (op[0] == '!' && op[1] == '~')
		return !record_has_anomaly(rec, value);
	if (*op == '!')
		return strcmp(term_value(rec, path), value);
	if (*op == '=' && !strcmp(path, "anomalies"))
		return !json_object_array_length(record_at(rec, path)) && !*value;
	if (*op == '=')
		return !strcmp(term_value(rec, path), value);
	if (record_null(rec, path))
		return false;
	if (*op == '>')
		return record_int(rec, path) >= atoll(value);
	if (*op == '<')
		return record_int(rec, path) <= atoll(value);
	die("no operator in %s", term);
}

/**
 * record_check - compare a record with what it must say
 * @rec: record, may be NULL: then nothing holds
 * @wanted: terms with blanks between them: "path=value", "path!=value",
 *	"path>=number", "path<=number", "anomalies~tag", "anomalies!~tag",
 *	"anomalies=" for none, and "@FROM/TO=cause" for a change of state
 * Return: how many terms do not hold; each is reported
 */
int record_check(json_object *rec, const char *wanted)
{
	char *copy = strdup(wanted), *rest = copy, *term;
	int wrong = 0;

	if (!rec) {
		say("no record, but wanted: %s", wanted);
		free(copy);
		return 1;
	}
	while ((term = strsep(&rest, " "))) {
		char path[64];

		if (!*term || term_holds(rec, term))
			continue;
		snprintf(path, sizeof(path), "%.*s", (int)strcspn(term, "=<>!~"), term);
		say("record %s: wanted %s, it says %s", record_text(rec, "id"), term,
		    term_value(rec, path));
		wrong++;
	}
	free(copy);
	if (wrong)
		say("%s", json_object_to_json_string_ext(rec, JSON_C_TO_STRING_NOSLASHESCAPE));
	return wrong;
}

/**
 * verdict - check one record of the namespace the test is in
 * @local: own end
 * @remote: the other
 * @nth: which of the records with this tuple, oldest first
 * @wanted: as of record_check(), with values to fill in
 * Return: how much is wrong; reported
 */
int verdict(const struct endpoint *local, const struct endpoint *remote, size_t nth,
	    const char *wanted, ...)
{
	struct ledger ledger;
	char terms[1024];
	va_list ap;
	int wrong;

	va_start(ap, wanted);
	vsnprintf(terms, sizeof(terms), wanted, ap);
	va_end(ap);
	ledger_read(&ledger);
	wrong = record_check(ledger_find(&ledger, local, remote, nth), terms);
	ledger_free(&ledger);
	return wrong;
}

/**
 * records_of - count the records of a tuple
 * @local: own end
 * @remote: the other
 * Return: how many
 */
int records_of(const struct endpoint *local, const struct endpoint *remote)
{
	struct ledger ledger;
	size_t n;

	ledger_read(&ledger);
	n = ledger_count(&ledger, local, remote);
	ledger_free(&ledger);
	return n;
}

/**
 * records_all - count all records of the namespace the test is in
 * Return: how many
 */
int records_all(void)
{
	struct ledger ledger;
	size_t n;

	ledger_read(&ledger);
	n = ledger.n;
	ledger_free(&ledger);
	return n;
}

/**
 * ledger_says - look whether the newest record of a tuple has come to say something
 * @local: own end
 * @remote: the other
 * @path: key
 * @value: text wanted there
 * Return: whether it is so; for wait_until()
 */
bool ledger_says(const struct endpoint *local, const struct endpoint *remote, const char *path,
		 const char *value)
{
	struct ledger ledger;
	json_object *rec = NULL, *next;
	bool so;

	ledger_read(&ledger);
	for (size_t i = 0; (next = ledger_find(&ledger, local, remote, i)); i++)
		rec = next;
	so = rec && !strcmp(record_text(rec, path), value);
	ledger_free(&ledger);
	return so;
}
