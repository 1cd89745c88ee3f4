// SPDX-License-Identifier: GPL-2.0
/*
 * The memory of records as the kernel's allocator tells of it: the size of a
 * block, and how many there are. In the test VM no cache is merged with another
 * and each object is counted.
 */
#include "lib/judge/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/base/util.h"
#include "lib/world/module.h"

#define CACHE		"/sys/kernel/slab/tcpledger_block"
#define TABLE_LEAST	4096	/* bytes of the hash table */

static int64_t cache_value(const char *name)
{
	char path[128], *text;
	int64_t value;

	snprintf(path, sizeof(path), CACHE "/%s", name);
	text = read_all(path);
	value = atoll(text);
	free(text);
	return value;
}

/* Whether the cache is the module's alone: a cache that was merged is a link. */
static bool cache_is_own(void)
{
	struct stat st;

	return !lstat(CACHE, &st) && S_ISDIR(st.st_mode);
}

/*
 * What memory_bytes has beside the blocks are the hash table and the notes of SYNs that
 * got no record: the size of each is a power of two.
 */
static bool adds_up(void)
{
	int64_t tables = ledger_stat("memory_bytes") - memory_objects() * MODULE_BLOCK;

	return tables >= TABLE_LEAST && __builtin_popcountll(tables) <= 2;
}

/**
 * memory_objects - count the blocks that the module has
 * Return: how many, used or not
 */
int64_t memory_objects(void)
{
	return cache_value("objects");
}

/**
 * judge_memory - compare the size and the number of the module's blocks with what stats tells
 * Return: how much is wrong; reported
 */
int judge_memory(void)
{
	int64_t size;
	int wrong = 0;

	if (!cache_is_own()) {
		say("the module's blocks are in no cache of their own: boot with slab_nomerge");
		return 1;
	}
	size = cache_value("object_size");
	if (size != MODULE_BLOCK) {
		say("a block has %lld bytes, not %d", (long long)size, MODULE_BLOCK);
		wrong++;
	}
	/* KASAN keeps blocks that are free. Elsewhere a worker may be filling up. */
	if (!slow_kernel() && !wait_until(adds_up(), DEADLINE_MS)) {
		say("memory_bytes %lld, the allocator has %lld blocks of %d bytes",
		    (long long)ledger_stat("memory_bytes"), (long long)memory_objects(),
		    MODULE_BLOCK);
		wrong++;
	}
	return wrong;
}
