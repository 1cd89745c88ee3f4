// SPDX-License-Identifier: GPL-2.0
#include "present/print/format.h"

#include <arpa/inet.h>
#include <time.h>

#include "base/text.h"

#define NS_PER_US	1000LL
#define NS_PER_MS	1000000LL
#define NS_PER_S	1000000000LL

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
