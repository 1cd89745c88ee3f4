// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "print/format.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "base/text.h"
#include "read/reader.h"

#define NS_PER_US	1000LL
#define NS_PER_MS	1000000LL
#define NS_PER_S	1000000000LL

#define WORD_NUMBERED(name, number)	\
	[number] = #name,
#define WORD(name, text)		text,

#define WORDS(set, list, ...)							\
	static const char *const set##_words[] = { list };			\
	const struct format_set format_##set = {				\
		__VA_ARGS__, set##_words,					\
		ARRAY_SIZE(set##_words)			\
	}

WORDS(states, TCPLEDGER_STATES(WORD_NUMBERED), "state");
WORDS(roles, TCPLEDGER_ROLES(WORD), "role");
WORDS(outcomes, TCPLEDGER_OUTCOMES(WORD), "outcome");
WORDS(kinds, TCPLEDGER_KINDS(WORD), "kind");
WORDS(sides, TCPLEDGER_SIDES(WORD), "side");
WORDS(exits, TCPLEDGER_EXITS(WORD), "exit");
WORDS(causes, TCPLEDGER_CAUSES(WORD), "cause");
WORDS(anomalies, TCPLEDGER_ANOMALIES(WORD), "anomaly");

/* The same for all enumerations; each is written where it is first needed. */
static const char *word_of_later(unsigned int value)
{
	static char words[READER_VALUES][sizeof("unknown(63)")];

	if (value >= READER_VALUES)
		return "unknown";
	if (!words[value][0])
		snprintf(words[value], sizeof(words[value]), "unknown(%u)", value);
	return words[value];
}

/**
 * format_word - the word for a value
 * @set: enumeration
 * @value: value
 *
 * Return: the word, for ever; "unknown(N)" for a value N that a later release added.
 */
const char *format_word(const struct format_set *set, unsigned int value)
{
	if (value < set->count && set->words[value])
		return set->words[value];
	return word_of_later(value);
}

static bool same_word(const char *word, const char *given, size_t len)
{
	size_t i;

	for (i = 0; i < len && word[i]; i++) {
		char a = word[i], b = given[i];

		if (a >= 'A' && a <= 'Z')
			a = (char)(a - 'A' + 'a');
		if (b >= 'A' && b <= 'Z')
			b = (char)(b - 'A' + 'a');
		if (b == '-')		/* ss writes time-wait */
			b = '_';
		if (a != b)
			return false;
	}
	return i == len && !word[i];
}

/**
 * format_find - the value of a word
 * @set: enumeration
 * @word: the word, in any case, with '-' or '_'
 * @len: its length
 *
 * Return: value, or -1 if there is none.
 */
int format_find(const struct format_set *set, const char *word, size_t len)
{
	unsigned int value;

	for (value = 0; value < set->count; value++)
		if (set->words[value] && set->words[value][0] != '-' &&
		    same_word(set->words[value], word, len))
			return (int)value;
	return -1;
}

/**
 * format_flag - the name of a TCP flag
 * @bit: number of its bit, 0 to 7
 *
 * Return: the name.
 */
const char *format_flag(unsigned int bit)
{
	static const char *const flags[8] = {
		"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
	};

	return flags[bit & 7];
}

/**
 * format_error - the name of an error number
 * @error: errno value
 *
 * Return: its name such as ECONNRESET, or NULL if it has none.
 */
const char *format_error(int error)
{
	return error > 0 ? strerrorname_np(error) : NULL;
}

/**
 * format_address - add an address
 * @text: text to add to
 * @address: in network byte order
 * @ipv6: which family
 */
void format_address(struct text *text, const uint8_t *address, bool ipv6)
{
	char buffer[INET6_ADDRSTRLEN];
	unsigned int i;

	if (ipv6) {
		text_string(text, inet_ntop(AF_INET6, address, buffer, sizeof(buffer)));
		return;
	}
	for (i = 0; i < 4; i++) {
		if (i)
			text_char(text, '.');
		text_unsigned(text, address[i]);
	}
}

/**
 * format_endpoint - add address and port
 * @text: text to add to
 * @address: in network byte order
 * @ipv6: which family; such an address stands in brackets
 * @port: in host byte order
 */
void format_endpoint(struct text *text, const uint8_t *address, bool ipv6,
		     uint16_t port)
{
	if (ipv6)
		text_char(text, '[');
	format_address(text, address, ipv6);
	if (ipv6)
		text_char(text, ']');
	text_char(text, ':');
	text_unsigned(text, port);
}

static void add_fraction(struct text *text, int64_t ns, int64_t unit, const char *name)
{
	int64_t whole = ns / unit;

	text_unsigned(text, (uint64_t)whole);
	if (whole < 100) {
		text_char(text, '.');
		text_char(text, (char)('0' + ns % unit / (unit / 10)));
	}
	text_string(text, name);
}

static void add_pair(struct text *text, int64_t seconds, int64_t unit, int64_t sub,
		     const char *names)
{
	text_unsigned(text, (uint64_t)(seconds / unit));
	text_char(text, names[0]);
	text_digits(text, (uint64_t)(seconds % unit / sub), 2);
	text_char(text, names[1]);
}

/**
 * format_duration - add a duration in six columns or so
 * @text: text to add to
 * @ns: nanoseconds; negative if unknown
 */
void format_duration(struct text *text, int64_t ns)
{
	int64_t s = ns / NS_PER_S;

	if (ns < 0) {
		text_char(text, '-');
	} else if (ns < NS_PER_US) {
		text_unsigned(text, (uint64_t)ns);
		text_string(text, "ns");
	} else if (ns < NS_PER_MS) {
		add_fraction(text, ns, NS_PER_US, "us");
	} else if (ns < NS_PER_S) {
		add_fraction(text, ns, NS_PER_MS, "ms");
	} else if (s < 100) {
		add_fraction(text, ns, NS_PER_S, "s");
	} else if (s < 3600) {
		add_pair(text, s, 60, 1, "ms");
	} else if (s < 86400) {
		add_pair(text, s, 3600, 60, "hm");
	} else {
		add_pair(text, s, 86400, 3600, "dh");
	}
}

/**
 * format_seconds - add a duration in seconds, exact
 * @text: text to add to
 * @ns: nanoseconds; negative if unknown
 * @decimals: 9, or 6 to cut to microseconds
 */
void format_seconds(struct text *text, int64_t ns, unsigned int decimals)
{
	if (ns < 0) {
		text_char(text, '-');
		return;
	}
	text_unsigned(text, (uint64_t)(ns / NS_PER_S));
	text_char(text, '.');
	if (decimals == 9)
		text_digits(text, (uint64_t)(ns % NS_PER_S), 9);
	else
		text_digits(text, (uint64_t)(ns % NS_PER_S / NS_PER_US), 6);
}

/**
 * format_wall - add a moment as 2026-11-23T02:11:09.123456789Z
 * @text: text to add to
 * @realtime_ns: nanoseconds since 1970
 *
 * Return: false, with nothing added, if the moment is not known.
 */
bool format_wall(struct text *text, int64_t realtime_ns)
{
	static int64_t last_second = -1;
	static struct tm tm;
	int64_t second = realtime_ns / NS_PER_S;

	if (realtime_ns < 0)
		return false;
	if (second != last_second) {	/* many records, few seconds */
		time_t when = (time_t)second;

		gmtime_r(&when, &tm);
		last_second = second;
	}
	text_digits(text, (uint64_t)tm.tm_year + 1900, 4);
	text_char(text, '-');
	text_digits(text, (uint64_t)tm.tm_mon + 1, 2);
	text_char(text, '-');
	text_digits(text, (uint64_t)tm.tm_mday, 2);
	text_char(text, 'T');
	text_digits(text, (uint64_t)tm.tm_hour, 2);
	text_char(text, ':');
	text_digits(text, (uint64_t)tm.tm_min, 2);
	text_char(text, ':');
	text_digits(text, (uint64_t)tm.tm_sec, 2);
	text_char(text, '.');
	text_digits(text, (uint64_t)(realtime_ns % NS_PER_S), 9);
	text_char(text, 'Z');
	return true;
}

/**
 * format_moment - the wall clock some time after another moment
 * @from: nanoseconds since 1970
 * @offset: nanoseconds later; negative if unknown
 * @moment: set to the sum
 *
 * Return: false if it is not known or beyond all time.
 */
bool format_moment(int64_t from, int64_t offset, int64_t *moment)
{
	if (offset < 0 || from < 0)
		return false;
	return !__builtin_add_overflow(from, offset, moment);
}
