// SPDX-License-Identifier: GPL-2.0
/*
 * shift_clock MONOTONIC WALL <FILE >OTHER
 *
 * A records file as a host would have kept it whose clocks are so many nanoseconds ahead:
 * CLOCK_MONOTONIC, which hosts begin when they are started, and the clock on the wall.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/tcpledger.h>

#define RECORD_MOST	(1 << 20)	/* bytes; no record is longer */

static void fail(const char *what)
{
	fprintf(stderr, "shift_clock: %s\n", what);
	exit(1);
}

static void read_all(void *bytes, size_t size)
{
	if (fread(bytes, size, 1, stdin) != 1)
		fail("the file is cut off");
}

static void write_all(const void *bytes, size_t size)
{
	if (fwrite(bytes, size, 1, stdout) != 1)
		fail("cannot write");
}

static void shift_header(long long monotonic, long long wall)
{
	struct tcpledger_header header;

	read_all(&header, sizeof(header));
	if (header.magic != TCPLEDGER_MAGIC || header.header_size != sizeof(header))
		fail("no records file of this version");
	header.monotonic_ns += monotonic;
	header.realtime_ns += wall;
	write_all(&header, sizeof(header));
}

/* Returns 0 at the end of the file. */
static int shift_record(long long monotonic, long long wall)
{
	static union {
		struct tcpledger_record	record;
		char			bytes[RECORD_MOST];
	} u;

	if (fread(&u.record.size, sizeof(u.record.size), 1, stdin) != 1)
		return 0;
	if (u.record.size < sizeof(u.record) || u.record.size > sizeof(u))
		fail("a record has an impossible size");
	read_all(u.bytes + sizeof(u.record.size), u.record.size - sizeof(u.record.size));
	u.record.base_ns += monotonic;
	if (u.record.opened_at >= 0)
		u.record.opened_at += wall;
	write_all(u.bytes, u.record.size);
	return 1;
}

int main(int argc, char **argv)
{
	long long monotonic, wall;

	if (argc != 3) {
		fputs("usage: shift_clock MONOTONIC WALL <FILE >OTHER\n", stderr);
		return 2;
	}
	monotonic = atoll(argv[1]);
	wall = atoll(argv[2]);
	shift_header(monotonic, wall);
	while (shift_record(monotonic, wall))
		;
	return fflush(stdout) ? 1 : 0;
}
