// SPDX-License-Identifier: GPL-2.0
/*
 * A recorded file cut at every byte, and with every byte damaged, under ASAN and UBSAN in
 * one process.
 *
 * A file that is cut between two frames is whole as far as it goes, status 0; cut within
 * one it is answered from, and the status is 1. Whatever a damaged byte does, the status
 * is 0 or 1.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sanitizer/lsan_interface.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "base/compiler.h"
#include "mutate_test.h"
#include "tap.h"

#define STREAM	"../programs/recorded/version1.events"

static unsigned char whole[1 << 20];
static size_t len;
static char path[64];
static int memory;

static char *const commands[][8] = {
	{ "tcpledger", "list", "--file", path, NULL },
	{ "tcpledger", "follow", "--file", path, NULL },
	{ "tcpledger", "follow", "--json", "--file", path, NULL },
};

static void load(void)
{
	FILE *file = fopen(STREAM, "rb");

	if (!file)
		tap_bail("cannot read " STREAM);
	len = fread(whole, 1, sizeof(whole), file);
	fclose(file);
}

/* Returns the exit status; -1 if it could not be tried. */
static int run(char *const *command, const void *bytes, size_t size)
{
	char *argv[9];
	int argc;

	if (ftruncate(memory, 0) || pwrite(memory, bytes, size, 0) != (ssize_t)size)
		return -1;
	for (argc = 0; command[argc]; argc++)
		argv[argc] = command[argc];
	argv[argc] = NULL;
	optind = 0;	/* getopt() begins anew */
	return tcpledger_main(argc, argv);
}

/* Where the frames end. */
static void mark_ends(bool *ends)
{
	size_t at = sizeof(struct tcpledger_header);
	struct tcpledger_frame frame;

	ends[at] = true;
	while (at < len) {
		memcpy(&frame, whole + at, sizeof(frame));
		at += frame.size;
		ends[at] = true;
	}
}

static size_t cut_everywhere(char *const *command, const bool *ends)
{
	size_t n, wrong = 0;

	for (n = 0; n <= len; n++)
		wrong += run(command, whole, n) != !ends[n];
	return wrong;
}

static size_t damage_everywhere(char *const *command)
{
	size_t n, wrong = 0;

	for (n = 0; n < len; n++) {
		int status;

		whole[n] ^= (unsigned char)(1 << n % 8 | 0x80 >> n % 3);
		status = run(command, whole, len);
		whole[n] ^= (unsigned char)(1 << n % 8 | 0x80 >> n % 3);
		wrong += status != 0 && status != 1;
	}
	return wrong;
}

static void silence(int *out, int *errors)
{
	int null = open("/dev/null", O_WRONLY);

	fflush(stdout);
	*out = dup(STDOUT_FILENO);
	*errors = dup(STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}

static void speak(int out, int errors)
{
	dup2(out, STDOUT_FILENO);
	dup2(errors, STDERR_FILENO);
	close(out);
	close(errors);
}

int main(void)
{
	static bool ends[sizeof(whole) + 1];
	unsigned int i;

	tap_plan(2 * ARRAY_SIZE(commands) + 1);
	load();
	mark_ends(ends);
	memory = memfd_create("stream", 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		size_t cut, damaged;
		int out, errors;

		silence(&out, &errors);
		cut = cut_everywhere(commands[i], ends);
		damaged = damage_everywhere(commands[i]);
		speak(out, errors);
		tap_result(!cut, "%s %s, cut at each of %zu bytes: %zu wrong", commands[i][1],
			   commands[i][2], len, cut);
		tap_result(!damaged, "... each damaged: %zu wrong", damaged);
	}
	tap_result(!__lsan_do_recoverable_leak_check(), "no memory is lost");
	return tap_end();
}
