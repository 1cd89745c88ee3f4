// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "commands/parse.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/fail.h"
#include "base/text.h"
#include "meaning/words.h"

/*
 * The decimal number of which @len characters are made. Returns false if
 * there is anything else, or it is larger than @most.
 */
static bool is_number(const char *s, size_t len, int64_t most, int64_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9' ||
		    __builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, s[i] - '0', number))
			return false;
	}
	return len && *number <= most;
}

static int fail_number(const char *what, const char *arg, size_t len, int64_t most)
{
	return fail_usage("bad %s '%.*s': want a number from 0 to %lld", what, (int)len, arg,
			  (long long)most);
}

/**
 * parse_number - a decimal number
 * @what: what it is, for the message
 * @arg: its text
 * @most: largest value
 * @number: set to it
 */
int parse_number(const char *what, const char *arg, int64_t most, int64_t *number)
{
	if (is_number(arg, strlen(arg), most, number))
		return 0;
	return fail_number(what, arg, strlen(arg), most);
}

/**
 * parse_list - numbers separated by commas, added to a list
 * @what: what they are, for the message
 * @arg: their text
 * @most: largest value, that of a uint32_t at most
 * @list: list to add to
 */
int parse_list(const char *what, const char *arg, int64_t most, struct filter_list *list)
{
	const char *s = arg;

	for (;;) {
		size_t len = strcspn(s, ",");
		int64_t number;

		if (!is_number(s, len, most, &number))
			return fail_number(what, s, len, most);
		if (list->count == FILTER_LIST_MAX)
			return fail_usage("too many values for %s: want at most %d", what,
					  FILTER_LIST_MAX);
		list->values[list->count++] = (uint32_t)number;
		if (!s[len])
			return 0;
		s += len + 1;
	}
}

static int fail_word(const struct words *set, const char *word, size_t len)
{
	struct text known = { 0 };
	unsigned int i;
	int status;

	for (i = 0; i < set->count; i++) {
		if (!set->list[i].len || set->list[i].text[0] == '-')
			continue;
		text_char(&known, ' ');
		text_string(&known, set->list[i].text);
	}
	status = fail_usage("unknown %s '%.*s': want one of%s", set->what, (int)len, word,
			    text_terminated(&known));
	text_free(&known);
	return status;
}

/**
 * parse_words - words separated by commas, added to a mask
 * @set: enumeration they are of
 * @arg: their text
 * @mask: mask to add to, by value
 */
int parse_words(const struct words *set, const char *arg, uint64_t *mask)
{
	for (;;) {
		size_t len = strcspn(arg, ",");
		int value = words_find(set, arg, len);

		if (value < 0)
			return fail_word(set, arg, len);
		*mask |= 1ULL << value;
		if (!arg[len])
			return 0;
		arg += len + 1;
	}
}

/**
 * parse_word - one word
 * @set: enumeration it is of
 * @arg: its text
 * @value: set to its value
 */
int parse_word(const struct words *set, const char *arg, unsigned int *value)
{
	int found = words_find(set, arg, strlen(arg));

	if (found < 0)
		return fail_word(set, arg, strlen(arg));
	*value = (unsigned int)found;
	return 0;
}

/*
 * An address in @len characters; IPv4 may be cut after any byte (10.1) where
 * @cut allows it. Returns the bytes given, 0 if it is no address.
 */
static unsigned int is_address(const char *s, size_t len, bool cut, uint8_t address[16],
			       bool *ipv6)
{
	char copy[INET6_ADDRSTRLEN + 8];
	unsigned int dots = 0;
	char *c;

	if (!len || len >= INET6_ADDRSTRLEN)
		return 0;
	memcpy(copy, s, len);
	copy[len] = '\0';
	memset(address, 0, 16);
	*ipv6 = !!strchr(copy, ':');
	if (*ipv6)
		return inet_pton(AF_INET6, copy, address) == 1 ? 16 : 0;
	for (c = copy; *c; c++)
		dots += *c == '.';
	if (dots > 3 || (dots < 3 && !cut))
		return 0;
	strcpy(c, &".0.0.0"[2 * dots]);	/* complete what was cut */
	return inet_pton(AF_INET, copy, address) == 1 ? dots + 1 : 0;
}

static void clear_host_bits(uint8_t address[16], unsigned int bits)
{
	unsigned int i;

	for (i = bits; i < 128; i++)
		address[i / 8] &= (uint8_t)~(0x80 >> i % 8);
}

/**
 * parse_prefix - an address or a prefix
 * @arg: such as 10.0.0.0/8, 10/8, 192.0.2.1, 2001:db8::/32
 * @filter: its condition on addresses is set
 */
int parse_prefix(const char *arg, struct filter *filter)
{
	size_t len = strcspn(arg, "/");
	unsigned int given = is_address(arg, len, arg[len] == '/', filter->addr,
					&filter->addr_ipv6);
	int64_t bits = filter->addr_ipv6 ? 128 : 32;

	if (arg[len] && !is_number(arg + len + 1, strlen(arg + len + 1), bits, &bits))
		given = 0;
	if (!given)
		return fail_usage("bad address '%s': want one like 10.0.0.0/8 or 2001:db8::1",
				  arg);
	filter->has_addr = true;
	filter->addr_len = (unsigned int)bits;
	clear_host_bits(filter->addr, filter->addr_len);
	return 0;
}

static int64_t unit_of(const char *s, size_t *len)
{
	static const struct {
		const char	*name;
		int64_t		ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 },
		{ "s", 1000000000LL }, { "m", 60000000000LL },
		{ "h", 3600000000000LL }, { "d", 86400000000000LL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		*len = strlen(units[i].name);
		if (!strncmp(s, units[i].name, *len))
			return units[i].ns;
	}
	*len = 0;
	return *s ? 0 : 1000000000LL;	/* a bare number is seconds */
}

/**
 * parse_duration - a length of time
 * @arg: such as 90, 30s, 250ms, 1h30m
 * @ns: set to nanoseconds
 */
int parse_duration(const char *arg, int64_t *ns)
{
	const char *s = arg;
	int64_t number, unit;
	size_t len;

	*ns = 0;
	do {
		size_t digits = strspn(s, "0123456789");

		if (!is_number(s, digits, INT64_MAX, &number))
			goto bad;
		s += digits;
		unit = unit_of(s, &len);
		if (!unit || __builtin_mul_overflow(number, unit, &number) ||
		    __builtin_add_overflow(*ns, number, ns))
			goto bad;
		s += len;
	} while (*s);
	return 0;
bad:
	return fail_usage("bad duration '%s': want something like 30s, 250ms, 5m or 1h30m", arg);
}

/**
 * parse_size - a number of bytes
 * @arg: such as 500000, 512K, 32M, 1G
 * @bytes: set to it
 */
int parse_size(const char *arg, uint64_t *bytes)
{
	static const char units[] = "KMG";
	size_t digits = strspn(arg, "0123456789");
	const char *unit = arg[digits] ? strchr(units, arg[digits]) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	int64_t number;

	if (!is_number(arg, digits, INT64_MAX >> shift, &number) || (arg[digits] && !unit) ||
	    (unit && arg[digits + 1]) || !number)
		return fail_usage("bad size '%s': want something like 500000, 512K, 32M or 1G",
				  arg);
	*bytes = (uint64_t)number << shift;
	return 0;
}

/*
 * ADDRESS:PORT in @len characters, an IPv6 address with or without brackets.
 */
static bool is_endpoint(const char *s, size_t len, uint8_t address[16], bool *ipv6,
			uint16_t *port)
{
	const char *colon = memrchr(s, ':', len);
	size_t before;
	int64_t number;

	if (!colon || !is_number(colon + 1, len - (size_t)(colon + 1 - s), UINT16_MAX, &number))
		return false;
	*port = (uint16_t)number;
	before = (size_t)(colon - s);
	if (before > 2 && s[0] == '[' && s[before - 1] == ']') {
		s++;
		before -= 2;
	}
	return is_address(s, before, false, address, ipv6) != 0;
}

/**
 * parse_tuple - the two ends of a connection
 * @arg: LADDR:LPORT-RADDR:RPORT
 * @tuple: set to them
 */
int parse_tuple(const char *arg, struct parse_tuple *tuple)
{
	size_t len = strcspn(arg, "-");
	bool remote_ipv6;

	if (arg[len] &&
	    is_endpoint(arg, len, tuple->local, &tuple->ipv6, &tuple->lport) &&
	    is_endpoint(arg + len + 1, strlen(arg + len + 1), tuple->remote, &remote_ipv6,
			&tuple->rport) &&
	    tuple->ipv6 == remote_ipv6)
		return 0;
	return fail_usage("bad connection '%s': want a number or 10.0.0.1:22-10.0.0.2:40112", arg);
}
