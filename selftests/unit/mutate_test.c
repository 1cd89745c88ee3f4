// SPDX-License-Identifier: GPL-2.0
/*
 * Damaged records files through every reading command, under ASAN and UBSAN.
 *
 * The reader is linked in, so that a case costs a fork and not an exec. The
 * mutations are drawn from a generator with a fixed seed: case N is the same
 * on every machine. A case is good if the command ends with 0 or 1; a report
 * of a sanitizer ends it otherwise.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "compiler.h"
#include "mutate_test.h"

#define MUTATIONS	1400	/* of each file */
#define SANITIZER_EXIT	99

/* Leaks are looked for elsewhere: here they would cost most of the time. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0:exitcode=99";
}

const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:exitcode=99";
}

static __u64 seed = 20240229;

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
	if (!file) {
		printf("Bail out! cannot read %s\n", path);
		exit(1);
	}
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

static void (*const mutations[])(struct bytes *b) = {
	flip_bits, cut, lie_in_record, lie_in_header, go_to_extremes, scramble, rename_owner,
};

#define KINDS	ARRAY_SIZE(mutations)

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
};

#define COMMANDS	ARRAY_SIZE(commands)

static int run(char *const *command)
{
	int argc = 0, status, null;
	char *argv[9];
	pid_t child;

	for (; command[argc]; argc++)
		argv[argc] = command[argc];
	argv[argc] = NULL;
	fflush(stdout);
	child = fork();
	if (!child) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDOUT_FILENO);
		exit(tcpledger_main(argc, argv));
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return SANITIZER_EXIT;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int try(const struct bytes *b, int memory, int errors, char *const *command)
{
	int saved = dup(STDERR_FILENO), status;

	if (ftruncate(memory, 0) || pwrite(memory, b->at, b->len, 0) != (ssize_t)b->len ||
	    ftruncate(errors, 0))
		return SANITIZER_EXIT;
	lseek(errors, 0, SEEK_SET);
	dup2(errors, STDERR_FILENO);
	status = run(command);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return status;
}

static void tell(int errors)
{
	char report[2000];
	ssize_t n = pread(errors, report, sizeof(report) - 1, 0), i;

	printf("# ");
	for (i = 0; i < n; i++) {
		putchar(report[i]);
		if (report[i] == '\n')
			printf("# ");
	}
	putchar('\n');
}

/*
 * All mutations of one kind of one file. Returns 1 if any went wrong.
 */
static int torture(const char *name, unsigned int kind, unsigned int n, int memory, int errors)
{
	static const char *const kinds[] = {
		"bits flipped", "cut", "lengths lied in a record", "lies in the header",
		"extreme numbers", "bytes scrambled", "hostile names",
	};
	struct bytes whole = load(name), b = { malloc(1 << 20), 0 };
	unsigned int i, accepted = 0, bad = 0;

	for (i = 0; i < MUTATIONS / KINDS; i++) {
		char *const *command = commands[i % COMMANDS];
		int status;

		b.len = whole.len;
		memcpy(b.at, whole.at, whole.len);
		mutations[kind](&b);
		if (b.len && draw(2))
			mutations[draw(KINDS)](&b);
		status = try(&b, memory, errors, command);
		accepted += !status;
		if (status > 1) {
			bad++;
			printf("# case %u, %s: status %d\n", i, command[1], status);
			tell(errors);
		}
	}
	printf("%sok %u - %s, %s: %u cases, %u of them still readable\n", bad ? "not " : "", n,
	       name, kinds[kind], i, accepted);
	free(whole.at);
	free(b.at);
	return bad != 0;
}

int main(void)
{
	static const char *const files[] = { "records", "longer", "pair" };
	int memory = memfd_create("records", 0), errors = memfd_create("errors", 0);
	unsigned int kind, file, n = 0;
	int failed = 0;

	if (memory < 0 || errors < 0) {
		printf("Bail out! no memfd_create()\n");
		return 1;
	}
	snprintf(mutated, sizeof(mutated), "/proc/self/fd/%d", memory);
	for (file = 0; file < ARRAY_SIZE(files); file++)
		for (kind = 0; kind < KINDS; kind++)
			failed |= torture(files[file], kind, ++n, memory, errors);
	printf("1..%u\n", n);
	return failed;
}
