// SPDX-License-Identifier: GPL-2.0
/*
 * Run a fuzz target as a test: first its corpus, then inputs drawn from a
 * generator with a fixed seed, the same on every machine. A target that finds
 * something says what and aborts; arguments are inputs to run instead.
 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define INPUT_MAX	4096

static u64 seed = 20240229;

/* xorshift64*: good enough to hit everything */
static u64 draw(void)
{
	seed ^= seed >> 12;
	seed ^= seed << 25;
	seed ^= seed >> 27;
	return seed * 2685821657736338717ULL;
}

/* From an exact copy, so that ASAN sees a read beyond it. */
static void run(const u8 *data, size_t size)
{
	u8 *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static void run_file(const char *path)
{
	u8 data[INPUT_MAX];
	FILE *file = fopen(path, "rb");
	size_t size;

	if (!file)
		tap_bail("cannot read %s", path);
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	run(data, size);
}

static unsigned int run_corpus(void)
{
	DIR *dir = opendir(fuzz_corpus);
	struct dirent *entry;
	unsigned int n = 0;
	char path[4096];

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", fuzz_corpus, entry->d_name);
		run_file(path);
		n++;
	}
	closedir(dir);
	return n;
}

int main(int argc, char **argv)
{
	u8 data[INPUT_MAX];
	unsigned int i, n;
	size_t j;

	for (i = 1; i < (unsigned int)argc; i++)
		run_file(argv[i]);
	if (argc > 1)
		return 0;

	tap_plan(2);
	n = run_corpus();
	tap_result(n > 0, "%s: %u inputs", fuzz_corpus, n);
	for (i = 0; i < fuzz_inputs; i++) {
		for (j = 0; j < fuzz_size; j++)
			data[j] = (u8)(draw() >> 32);
		run(data, fuzz_size);
	}
	tap_result(1, "%u inputs of the series, %llu events in all", fuzz_inputs, fuzz_events());
	return tap_end();
}
