// SPDX-License-Identifier: GPL-2.0
/*
 * The markup is both HTML and, its style and script apart, XML, so that a test can be
 * strict with it. The policy lets a browser apply and run what has the hashes that stand
 * in it, and nothing else: it fetches nothing, nor runs what a name of a program might
 * smuggle in.
 */
#include "present/report/page.h"

#include <stdint.h>
#include <string.h>

#include <nettle/sha2.h>

#include "base/base64.h"
#include "base/escape.h"
#include "base/text.h"
#include "present/diagram/svg/svg_elements.h"
#include "base/language.h"
#include "present/explain/phrase.h"
#include "present/print/format.h"
#include "present/report/assets.h"
#include "present/report/state_diagram.h"
#include "present/report/tally.h"

static void add_hash(struct text *page, const char *words)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx hash;

	sha256_init(&hash);
	sha256_update(&hash, strlen(words), (const uint8_t *)words);
	sha256_digest(&hash, sizeof(digest), digest);
	text_string(page, " 'sha256-");
	base64_add(page, digest, sizeof(digest), 0);
	text_char(page, '\'');
}

static void add_policy(struct text *page)
{
	text_string(page, "<meta http-equiv=\"Content-Security-Policy\" "
		    "content=\"default-src 'none'; style-src");
	add_hash(page, svg_style());
	add_hash(page, assets_style);
	text_string(page, "; script-src");
	add_hash(page, assets_script);
	text_string(page, "; base-uri 'none'; form-action 'none'\"/>\n");
}

static void add_style(struct text *page, const char *style)
{
	text_string(page, "<style>");
	text_string(page, style);
	text_string(page, "</style>\n");
}

static void add_head(struct text *page)
{
	text_string(page, "<!DOCTYPE html>\n<html lang=\"");
	/* The tag of the language that the catalogue translates to, RFC 5646. */
	escape_markup(page, _("en"));
	text_string(page, "\">\n<head>\n<meta charset=\"utf-8\"/>\n");
	add_policy(page);
	text_string(page, "<meta name=\"viewport\" "
		    "content=\"width=device-width, initial-scale=1\"/>\n<meta name=\"color-scheme\" content=\"light dark\"/>\n"
		    "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
		    "<meta name=\"generator\" content=\"tcpledger " TCPLEDGER_RELEASE "\"/>\n"
		    "<title>");
	escape_markup(page, _("TCP connections, as recorded"));
	text_string(page, "</title>\n");
	add_style(page, svg_style());
	add_style(page, assets_style);
	text_string(page, "</head>\n");
}

static void phrase_wall(struct phrase *phrase, const char *name, int64_t realtime_ns)
{
	struct text *text = phrase_begin(phrase, name);
	size_t start = text->len;

	if (format_wall(text, realtime_ns)) {
		/* 2026-11-23T12:34:56.123456789Z to the second */
		text->len = start + 19;
		text->bytes[start + 10] = ' ';
		text_string(text, " UTC");
	} else {
		text_char(text, '-');
	}
	phrase_end(phrase);
}

static void phrase_count(struct phrase *phrase, const char *name, unsigned long long count)
{
	phrase_number(phrase, name, (int64_t)count);
}

/* A sentence with its values, in which what is a stranger's has been escaped. */
static void add_sentence(struct text *page, const struct phrase *phrase, const char *before,
			 const char *sentence, const char *after)
{
	struct text words = { 0 };

	phrase_add(phrase, &words, sentence);
	text_string(page, before);
	escape_markup(page, text_terminated(&words));
	text_string(page, after);
	text_free(&words);
}

static void add_source(struct text *page, const struct page_facts *facts, struct phrase *phrase)
{
	if (facts->source) {
		escape_terminal(phrase_begin(phrase, "source"), facts->source);
		phrase_end(phrase);
	}
	if (facts->other_source) {
		escape_terminal(phrase_begin(phrase, "other"), facts->other_source);
		phrase_end(phrase);
	}
	add_sentence(page, phrase, "<p class=\"lead\">", facts->other_source ?
		     _("Read from {source} (host 1) and {other} (host 2) at {read}, written by "
		       "tcpledger {version}.") : facts->source ?
		     _("Read from {source} at {read}, written by tcpledger {version}.") :
		     _("Read at {read}, written by tcpledger {version}."), "</p>\n");
}

static void add_notices(struct text *page, const struct page_facts *facts, struct phrase *phrase)
{
	if (facts->two_hosts) {
		phrase_count(phrase, "joined", facts->joined);
		add_sentence(page, phrase, "<p class=\"notice\">",
			     _("The records are of two hosts; connections that both have: "
			       "{joined}. Every moment is told by the clock of host 1. How far "
			       "that of host 2 is from it follows from the segments that both "
			       "logged, and stands with each connection. A namespace of host 2 "
			       "whose number is also one of host 1 is told by a small number."),
			     "</p>\n");
	}
	if (facts->redacted)
		add_sentence(page, phrase, "<p class=\"notice\">",
			     _("Addresses and names of programs have been replaced by made-up "
			       "ones, the same by the same."), "</p>\n");
	if (facts->count > facts->wanted) {
		phrase_count(phrase, "others", facts->count - facts->wanted);
		add_sentence(page, phrase, "<p class=\"notice\">",
			     _("Of these, {others} do not match the filter and are here as the "
			       "other ends of connections that do."), "</p>\n");
	}
	if (facts->told < facts->count) {
		phrase_count(phrase, "left", facts->count - facts->told);
		phrase_count(phrase, "all", facts->count);
		phrase_count(phrase, "most", facts->most);
		add_sentence(page, phrase, "<p class=\"notice warn\">",
			     _("This file may have {most} bytes. Of {all} records the {left} "
			       "oldest had no room: the figures count them, but the table, the "
			       "diagrams and the records inside this file are without them. "
			       "Make the report with a larger --size, or with a filter."),
			     "</p>\n");
	}
	add_sentence(page, phrase, "<noscript><p class=\"notice\">",
		     _("Without JavaScript everything is here, but the table cannot be sorted, "
		       "nothing is marked, and only the connections that are open in the page "
		       "are printed."), "</p></noscript>\n");
}

static void add_lead(struct text *page, const struct tally *tally, struct phrase *phrase)
{
	if (tally->first >= 0)
		add_sentence(page, phrase, "<p class=\"lead\">",
			     _("Records: {count}, opened from {first} to {last}. One record is one "
			       "end of a connection."), "</p>\n");
	else if (!tally->records)
		add_sentence(page, phrase, "<p class=\"lead\">",
			     _("There is no record."), "</p>\n");
}

/**
 * page_begin - begin the file
 * @page: to add to
 * @facts: what is told of the report itself
 * @tally: counts of its records
 */
void page_begin(struct text *page, const struct page_facts *facts, const struct tally *tally)
{
	struct phrase phrase = { 0 };

	add_head(page);
	text_string(page, "<body>\n");
	state_diagram_define(page);
	text_string(page, "<header>\n<h1>");
	escape_markup(page, _("TCP connections, as recorded"));
	text_string(page, "</h1>\n");
	phrase_wall(&phrase, "first", tally->first);
	phrase_wall(&phrase, "last", tally->last);
	phrase_wall(&phrase, "read", facts->read_at);
	phrase_string(&phrase, "version", TCPLEDGER_RELEASE);
	phrase_count(&phrase, "count", tally->records);
	add_lead(page, tally, &phrase);
	add_source(page, facts, &phrase);
	add_notices(page, facts, &phrase);
	text_string(page, "</header>\n<main>\n");
	phrase_free(&phrase);
}

/**
 * page_begin_connections - begin what is told of each connection
 * @page: to add to
 */
void page_begin_connections(struct text *page)
{
	text_string(page, "<section id=\"each\">\n<h2>");
	escape_markup(page, _("Each connection"));
	text_string(page, "</h2>\n<p id=\"all\" hidden=\"\">"
		    "<button type=\"button\" data-open=\"\">");
	escape_markup(page, _("Open all"));
	text_string(page, "</button> <button type=\"button\">");
	escape_markup(page, _("Close all"));
	text_string(page, "</button> <span class=\"keys\">");
	escape_markup(page, _("Point at an arrow, a state or a sentence, or reach it with the "
			      "Tab key: what belongs to it is marked. The up and down keys go on "
			      "from there, / goes to the search."));
	text_string(page, "</span></p>\n");
}

/**
 * page_end_connections - end what is told of each connection
 * @page: to add to
 */
void page_end_connections(struct text *page)
{
	text_string(page, "</section>\n</main>\n<footer><p>");
	escape_markup(page, _("The records are inside this file: 'tcpledger list --file FILE', "
			      "and every other command that reads records, reads them back."));
	text_string(page, "</p></footer>\n");
}

/**
 * page_end - end the file
 * @page: to add to
 */
void page_end(struct text *page)
{
	text_string(page, "<script>");
	text_string(page, assets_script);
	text_string(page, "</script>\n</body>\n</html>\n");
}
