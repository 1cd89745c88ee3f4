// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged records files through every reading command, under ASAN and UBSAN.
 *
 * The reader is linked in and runs the cases of one file and one kind of damage
 * one after the other in one process, which looks for leaks once, at its end. A
 * process that a sanitizer ends has left word of its case, and another goes on
 * behind it; after a leak each case runs again in a process of its own, so that
 * the leak gets the name of its case too. The damage is drawn from a generator
 * with a seed of its own for each case: a case is the same on every machine, and
 * 'mutate_test FILE KIND CASE' runs it alone.
 *
 * A case is good if the command ends with 0 or 1.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sanitizer/lsan_interface.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "mutate_test.h"
#include "tap.h"

#define CASES		200	/* of each file and kind of damage */
#define LEAKS_TOLD	2	/* of each file and kind of damage */

/* How a process that runs cases ends, if no sanitizer ends it. */
#define EXIT_GOOD	0
#define EXIT_LEAK	98
#define EXIT_SANITIZER	99

const char *__asan_default_options(void)
{
	return "detect_leaks=1:exitcode=99";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:exitcode=99";
}

static __u64 seed;

/* xorshift64*: good enough to hit everything */
static __u64 draw(__u64 below)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 2685821657736338717ULL % below;
}

struct bytes {
	unsigned char	*at;
	size_t		len;
};

static struct bytes load(const char *name)
{
	const char *dir = getenv("FIXTURES");
	struct bytes bytes = { 0 };
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir ? dir : ".", name);
	file = fopen(path, "rb");
	if (!file)
		tap_bail("cannot read %s", path);
	bytes.at = malloc(1 << 20);
	bytes.len = fread(bytes.at, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

static void flip_bits(struct bytes *b)
{
	unsigned int times = 1 + (unsigned int)draw(8);

	while (times--)
		b->at[draw(b->len)] ^= (unsigned char)(1 << draw(8));
}

static void cut(struct bytes *b)
{
	b->len = draw(b->len);
}

/* Where the records begin, as far as their sizes can be believed. */
static size_t some_record(const struct bytes *b)
{
	size_t at = sizeof(struct tcpledger_header), chosen = at;
	unsigned int n = 1;
	__u32 size;

	while (at + sizeof(size) <= b->len) {
		if (!draw(n++))
			chosen = at;
		memcpy(&size, b->at + at, sizeof(size));
		if (!size)
			break;
		at += size;
	}
	return chosen;
}

static void put32(struct bytes *b, size_t at, __u32 value)
{
	if (at + sizeof(value) <= b->len)
		memcpy(b->at + at, &value, sizeof(value));
}

static __u32 evil(void)
{
	static const __u32 values[] = {
		0, 1, 2, 7, 8, 31, 32, 47, 48, 64, 255, 256, 495, 496, 497, 4095, 4096, 4097,
		32767, 32768, 65535, 65536, 65537, 0x7fffffff, 0x80000000, 0xfffffff8,
		0xffffffff,
	};

	return values[draw(ARRAY_SIZE(values))];
}

static void lie_in_record(struct bytes *b)
{
	static const size_t members[] = {
		offsetof(struct tcpledger_record, size),
		offsetof(struct tcpledger_record, flags),
		offsetof(struct tcpledger_record, log_n),
		offsetof(struct tcpledger_record, log_dropped),
	};

	put32(b, some_record(b) + members[draw(4)], evil());
}

static void lie_in_header(struct bytes *b)
{
	static const size_t members[] = {
		offsetof(struct tcpledger_header, magic),
		offsetof(struct tcpledger_header, version),
		offsetof(struct tcpledger_header, header_size),
		offsetof(struct tcpledger_header, record_size),
		offsetof(struct tcpledger_header, entry_size),
		offsetof(struct tcpledger_header, realtime_ns),
	};

	put32(b, members[draw(6)], evil());
}

/* Extreme numbers in the 64-bit members: times, sizes, ids. */
static void go_to_extremes(struct bytes *b)
{
	static const __u64 values[] = {
		0, 1, INT64_MAX, (__u64)INT64_MIN, UINT64_MAX, UINT64_MAX - 1, 1ULL << 62,
		1000000000, 86400000000000ULL,
	};
	unsigned int times = 1 + (unsigned int)draw(6);

	while (times--) {
		size_t at = some_record(b) +
			    8 * draw((sizeof(struct tcpledger_record) + 512) / 8);
		__u64 value = values[draw(ARRAY_SIZE(values))];

		if (at + sizeof(value) <= b->len)
			memcpy(b->at + at, &value, sizeof(value));
	}
}

static void scramble(struct bytes *b)
{
	size_t at = draw(b->len), n = 1 + draw(64);

	for (; n-- && at < b->len; at++)
		b->at[at] = (unsigned char)draw(256);
}

/* Hostile names for owners and closers. */
static void rename_owner(struct bytes *b)
{
	size_t at = some_record(b) + (draw(2) ? offsetof(struct tcpledger_record, comm) :
				      offsetof(struct tcpledger_record, closer_comm));
	unsigned int i;

	for (i = 0; i < TCPLEDGER_COMM_LEN && at + i < b->len; i++)
		b->at[at + i] = (unsigned char)(1 + draw(255));
}

/* Lies in the beginning of a frame, or right behind it. */
static void lie_in_frame(struct bytes *b)
{
	size_t at = sizeof(struct tcpledger_header), chosen = at;
	struct tcpledger_frame frame;
	unsigned int n = 1;

	for (; at + sizeof(frame) <= b->len; at += frame.size) {
		memcpy(&frame, b->at + at, sizeof(frame));
		if (!draw(n++))
			chosen = at;
		if (!frame.size)
			break;
	}
	put32(b, chosen + 4 * draw((sizeof(frame) + 32) / 4), evil());
}

static void (*const mutations[])(struct bytes *b) = {
	flip_bits, cut, lie_in_record, lie_in_header, go_to_extremes, scramble, rename_owner,
	lie_in_frame,
};

#define KINDS	ARRAY_SIZE(mutations)

static const char *const files[] = { "records", "longer", "pair", "stream" };
static const char *const kinds[KINDS] = {
	"bits flipped", "cut", "lengths lied in a record", "lies in the header",
	"extreme numbers", "bytes scrambled", "hostile names", "lies in a frame",
};

static char mutated[64];

static char *const commands[][8] = {
	{ "tcpledger", "list", "--file", mutated, NULL },
	{ "tcpledger", "list", "-wt", "--file", mutated, NULL },
	{ "tcpledger", "show", "17", "--file", mutated, NULL },
	{ "tcpledger", "show", "17", "--log", "--file", mutated, NULL },
	{ "tcpledger", "show", "17", "--svg", "-", "--file", mutated, NULL },
	{ "tcpledger", "show", "33", "-T", "--file", mutated, NULL },
	{ "tcpledger", "list", "--json", "--file", mutated, NULL },
	{ "tcpledger", "timewait", "--file", mutated, NULL },
	{ "tcpledger", "explain", "17", "--file", mutated, NULL },
	{ "tcpledger", "explain", "33", "--file", mutated, NULL },
	{ "tcpledger", "export", "--pcapng", "-", "--file", mutated, NULL },
	{ "tcpledger", "export", "--packetdrill", "-", "17", "--file", mutated, NULL },
	{ "tcpledger", "follow", "--file", mutated, NULL },
	{ "tcpledger", "follow", "--json", "--file", mutated, NULL },
};

#define COMMANDS	ARRAY_SIZE(commands)

/**
 * struct series - the cases of one file and one kind of damage
 * @file: which file
 * @kind: which kind
 * @whole: the file as it was
 * @damaged: room for the file as it is read
 * @memory: descriptor of what the command reads
 * @errors: descriptor of what the command and the sanitizers complain
 */
struct series {
	unsigned int	file, kind;
	struct bytes	whole, damaged;
	int		memory, errors;
};

/**
 * struct progress - how far a process came, in memory that outlives it
 * @at: the case it is at
 * @accepted: files that could still be read
 * @status: exit status that the command may not have, or 0
 */
struct progress {
	unsigned int	at, accepted;
	int		status;
};

static struct progress *progress;

/* The file of a case. */
static void damage(struct series *series, unsigned int n)
{
	struct bytes *b = &series->damaged;

	/* Neighbours must not draw alike, and 0 would draw nothing but 0. */
	seed = 20240229 + ((series->file * KINDS + series->kind) * CASES + n) *
	       0x9e3779b97f4a7c15ULL;
	b->len = series->whole.len;
	memcpy(b->at, series->whole.at, series->whole.len);
	mutations[series->kind](b);
	if (b->len && draw(2))
		mutations[draw(KINDS)](b);
}

/* Returns the exit status of the command. */
static int run(struct series *series, unsigned int n)
{
	char *const *command = commands[n % COMMANDS];
	const struct bytes *b = &series->damaged;
	char *argv[9] = { NULL };
	int argc;

	damage(series, n);
	if (ftruncate(series->memory, 0) ||
	    pwrite(series->memory, b->at, b->len, 0) != (ssize_t)b->len)
		return EXIT_SANITIZER;
	for (argc = 0; command[argc]; argc++)
		argv[argc] = command[argc];
	optind = 0;	/* getopt() begins anew */
	return tcpledger_main(argc, argv);
}

/* In a process of its own: cases from one to another, and then the leaks. */
static void __attribute__((noreturn))
run_here(struct series *series, unsigned int from, unsigned int to)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDOUT_FILENO);
	dup2(series->errors, STDERR_FILENO);
	for (progress->at = from; progress->at < to; progress->at++) {
		int status;

		/* What is written there must be about this case. */
		if (ftruncate(series->errors, 0) || lseek(series->errors, 0, SEEK_SET))
			_exit(EXIT_SANITIZER);
		status = run(series, progress->at);
		progress->accepted += !status;
		if (status > 1) {
			progress->status = status;
			_exit(EXIT_SANITIZER);
		}
	}
	_exit(__lsan_do_recoverable_leak_check() ? EXIT_LEAK : EXIT_GOOD);
}

/* Returns how the process ended, a signal as 128 and its number. */
static int run_apart(struct series *series, unsigned int from, unsigned int to)
{
	pid_t child;
	int status;

	progress->at = from;
	progress->status = 0;
	fflush(stdout);
	child = fork();
	if (!child)
		run_here(series, from, to);
	if (child < 0 || waitpid(child, &status, 0) < 0)
		tap_bail("cannot run a process");
	if (progress->status)
		return progress->status;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void tell(const struct series *series, unsigned int n, int status)
{
	char report[4000];
	ssize_t len = pread(series->errors, report, sizeof(report), 0);

	tap_note("case %u, %s: %s, status %d; again with: mutate_test %u %u %u", n,
		 commands[n % COMMANDS][1], status == EXIT_LEAK ? "memory is lost" : "it broke",
		 status, series->file, series->kind, n);
	tap_note("%.*s", len > 0 ? (int)len : 0, report);
}

/* Each case alone, to know which loses memory. A report takes long to write. */
static void find_leaks(struct series *series)
{
	unsigned int n, found = 0;

	for (n = 0; n < CASES && found < LEAKS_TOLD; n++) {
		if (run_apart(series, n, n + 1) != EXIT_LEAK)
			continue;
		tell(series, n, EXIT_LEAK);
		found++;
	}
}

static void open_series(struct series *series, unsigned int file, unsigned int kind)
{
	static unsigned char room[1 << 20];

	series->file = file;
	series->kind = kind;
	series->whole = load(files[file]);
	series->damaged.at = room;
	series->memory = memfd_create("records", 0);
	series->errors = memfd_create("errors", 0);
	if (series->memory < 0 || series->errors < 0)
		tap_bail("no memfd_create()");
	snprintf(mutated, sizeof(mutated), "/proc/self/fd/%d", series->memory);
}

static void close_series(struct series *series)
{
	free(series->whole.at);
	close(series->memory);
	close(series->errors);
}

static void torture(unsigned int file, unsigned int kind)
{
	unsigned int from, bad = 0, accepted;
	struct series series;
	bool leak = false;
	int status;

	open_series(&series, file, kind);
	progress->accepted = 0;
	for (from = 0; from < CASES; from = progress->at + 1) {
		status = run_apart(&series, from, CASES);
		if (progress->at == CASES)
			break;
		bad++;
		tell(&series, progress->at, status);
	}
	accepted = progress->accepted;
	if (from < CASES && status == EXIT_LEAK) {
		leak = true;
		find_leaks(&series);
	}
	tap_result(!bad && !leak, "%s, %s: %u cases, %u of them still readable", files[file],
		   kinds[kind], CASES, accepted);
	close_series(&series);
}

static int run_one(char **argv)
{
	unsigned int file = (unsigned int)atoi(argv[1]), kind = (unsigned int)atoi(argv[2]);
	struct series series;
	int status;

	if (file >= ARRAY_SIZE(files) || kind >= KINDS)
		return 2;
	open_series(&series, file, kind);
	status = run(&series, (unsigned int)atoi(argv[3]));
	close_series(&series);
	return status;
}

int main(int argc, char **argv)
{
	unsigned int kind, file;

	if (argc == 4)
		return run_one(argv);
	progress = mmap(NULL, sizeof(*progress), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (progress == MAP_FAILED)
		tap_bail("no memory to share");
	tap_plan(ARRAY_SIZE(files) * KINDS);
	for (file = 0; file < ARRAY_SIZE(files); file++)
		for (kind = 0; kind < KINDS; kind++)
			torture(file, kind);
	return tap_end();
}
