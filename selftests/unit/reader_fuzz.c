// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes as a records file through every command that reads one. The first
 * byte says which; its highest bit asks for a sound header before the bytes, so
 * that what is drawn at random is taken for records, the next one for the beginning of
 * a stream, so that it is taken for frames.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "fuzz.h"
#include "mutate_test.h"

#define WITH_HEADER	0x80
#define WITH_START	0x40

const char *const fuzz_corpus = "corpus/reader";
const unsigned int fuzz_inputs = 2000;
const size_t fuzz_size = 2048;

static unsigned long long events;

unsigned long long fuzz_events(void)
{
	return events;
}

/* What was read before the file turned out to be damaged is given back by the end. */
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

static char path[64], id[32];

static char *const commands[][8] = {
	{ "tcpledger", "list", "--file", path, NULL },
	{ "tcpledger", "list", "-wt", "--sort", "duration", "--file", path, NULL },
	{ "tcpledger", "list", "--json", "--file", path, NULL },
	{ "tcpledger", "show", id, "--file", path, NULL },
	{ "tcpledger", "show", id, "--json", "--file", path, NULL },
	{ "tcpledger", "show", id, "--log", "-T", "--file", path, NULL },
	{ "tcpledger", "show", id, "--ascii", "--absolute", "--file", path, NULL },
	{ "tcpledger", "show", id, "--svg", "-", "--file", path, NULL },
	{ "tcpledger", "explain", id, "--file", path, NULL },
	{ "tcpledger", "timewait", "--file", path, NULL },
	{ "tcpledger", "timewait", "--json", "--file", path, NULL },
	{ "tcpledger", "follow", "--file", path, NULL },
	{ "tcpledger", "follow", "-t", "--anomaly", "syn_retransmit", "--file", path, NULL },
	{ "tcpledger", "follow", "--json", "--file", path, NULL },
};

static void put(int file, const void *bytes, size_t n)
{
	if (write(file, bytes, n) != (ssize_t)n)
		fuzz_found("reader", "no room for the file");
}

static void put_header(int file)
{
	const struct tcpledger_header head = {
		.magic = TCPLEDGER_MAGIC,
		.version = TCPLEDGER_VERSION,
		.header_size = sizeof(head),
		.record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry),
		.netns = 1,
		.hz = 250,
		.monotonic_ns = 1000000000,
		.realtime_ns = 1700000000000000000,
	};

	put(file, &head, sizeof(head));
}

static void put_start(int file)
{
	const struct tcpledger_frame_start start = {
		.frame = { .type = TCPLEDGER_FRAME_START, .size = sizeof(start), .seq = 1 },
		.version = TCPLEDGER_VERSION,
		.header_size = sizeof(struct tcpledger_header),
		.record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry),
		.netns = 1,
		.hz = 250,
		.epoch = 1,
		.monotonic_ns = 1000000000,
		.realtime_ns = 1700000000000000000,
	};

	put(file, &start, sizeof(start));
}

/* The id of the first record, so that 'show' finds one. */
static void name_record(const u8 *record, size_t size)
{
	const size_t at = offsetof(struct tcpledger_record, id);
	u64 value = 1;

	if (size >= at + sizeof(value))
		memcpy(&value, record + at, sizeof(value));
	/* Else it would be the call that is wrong. */
	if (!value || value > INT64_MAX)
		value = 1;
	snprintf(id, sizeof(id), "%llu", (unsigned long long)value);
}

/* What a sanitizer reports must not go where the command's complaints go. */
static void keep_reports(void)
{
	static bool kept;

	if (!kept)
		__sanitizer_set_report_fd((void *)(uintptr_t)dup(STDERR_FILENO));
	kept = true;
}

static void run(char *const *command)
{
	int saved = dup(STDOUT_FILENO), saved_errors = dup(STDERR_FILENO);
	int null = open("/dev/null", O_WRONLY), argc = 0, status;
	char *argv[9];

	for (; command[argc]; argc++)
		argv[argc] = command[argc];
	argv[argc] = NULL;
	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	optind = 0;	/* getopt() begins anew */
	status = tcpledger_main(argc, argv);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	dup2(saved_errors, STDERR_FILENO);
	close(saved);
	close(saved_errors);
	close(null);
	if (status != 0 && status != 1)
		fuzz_found("reader", "a file is answered as if the call were wrong");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t skip;
	int file;

	events++;
	if (!size)
		return 0;
	keep_reports();
	file = memfd_create("records", MFD_CLOEXEC);
	if (file < 0)
		fuzz_found("reader", "no memfd_create()");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	if (data[0] & WITH_HEADER)
		put_header(file);
	else if (data[0] & WITH_START)
		put_start(file);
	put(file, data + 1, size - 1);
	skip = data[0] & WITH_HEADER ? 1 : 1 + sizeof(struct tcpledger_header);
	name_record(data + (skip < size ? skip : size), skip < size ? size - skip : 0);
	run(commands[(data[0] & ~(WITH_HEADER | WITH_START)) % ARRAY_SIZE(commands)]);
	close(file);
	return 0;
}
