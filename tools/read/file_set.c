// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "read/file_set.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fail.h"
#include "base/memory.h"

#define PART	".part"

static void add(struct file_set *set, const char *path, size_t prefix, unsigned long number)
{
	struct file_set_item *item;

	set->items = memory_grow(set->items, set->count, &set->room, sizeof(*set->items));
	item = &set->items[set->count++];
	item->path = strdup(path);
	if (!item->path)
		memory_exhausted();
	item->prefix = prefix;
	item->number = number;
}

/*
 * Whether a name is PREFIX.NUMBER or PREFIX.NUMBER.part, where the prefix has
 * @prefix characters, or any number if that is 0. Sets it.
 */
static bool is_numbered(const char *name, size_t *prefix, unsigned long *number)
{
	size_t len = strlen(name), digits;

	if (len > strlen(PART) && !strcmp(name + len - strlen(PART), PART))
		len -= strlen(PART);
	for (digits = 0; digits < len; digits++)
		if (name[len - 1 - digits] < '0' || name[len - 1 - digits] > '9')
			break;
	if (digits < FILE_SET_DIGITS || digits > 18 || len - digits < 2 ||
	    name[len - 1 - digits] != '.')
		return false;
	if (*prefix && *prefix != len - digits - 1)
		return false;
	*prefix = len - digits - 1;
	*number = strtoul(name + *prefix + 1, NULL, 10);
	return true;
}

static int compare(const void *pa, const void *pb)
{
	const struct file_set_item *a = pa, *b = pb;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* The numbered files in a folder; of one name only, if one is given. */
static void add_of_folder(struct file_set *set, const char *folder, const char *name)
{
	size_t first = set->count, i, kept;
	DIR *dir = opendir(*folder ? folder : ".");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		size_t prefix = name ? strlen(name) : 0;
		unsigned long number;
		char path[PATH_MAX];

		if ((name && strncmp(entry->d_name, name, prefix)) ||
		    !is_numbered(entry->d_name, &prefix, &number) ||
		    snprintf(path, sizeof(path), "%s%s", folder, entry->d_name) >=
		    (int)sizeof(path))
			continue;
		add(set, path, strlen(folder) + prefix, number);
	}
	if (dir)
		closedir(dir);
	if (set->count == first)
		return;
	qsort(set->items + first, set->count - first, sizeof(*set->items), compare);
	/* Between two looks one may have got its name: NAME before NAME.part. */
	for (kept = first, i = first + 1; i < set->count; i++) {
		if (set->items[i].number == set->items[kept].number &&
		    set->items[i].prefix == set->items[kept].prefix &&
		    !strncmp(set->items[i].path, set->items[kept].path, set->items[i].prefix))
			free(set->items[i].path);
		else
			set->items[++kept] = set->items[i];
	}
	set->count = kept + 1;
}

/**
 * file_set_add_numbered - add the files of a set
 * @set: where
 * @prefix: their name before the number
 */
void file_set_add_numbered(struct file_set *set, const char *prefix)
{
	const char *slash = strrchr(prefix, '/');
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - prefix) + 1 : 0, prefix);
	add_of_folder(set, folder, slash ? slash + 1 : prefix);
}

static bool is_one_set(const struct file_set *set, size_t first)
{
	size_t i;

	for (i = first + 1; i < set->count; i++)
		if (set->items[i].prefix != set->items[first].prefix ||
		    strncmp(set->items[i].path, set->items[first].path, set->items[i].prefix))
			return false;
	return true;
}

static int add_folder(struct file_set *set, const char *name)
{
	size_t first = set->count;
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s%s", name, name[strlen(name) - 1] == '/' ? "" : "/");
	add_of_folder(set, folder, NULL);
	if (set->count == first)
		return fail_read(name, "give a file, or the FILE that 'tcpledger record' was given",
				 "Is a directory, and no numbered recorded files are in it");
	if (!is_one_set(set, first))
		return fail_read(name, "give the FILE that 'tcpledger record' was given",
				 "recorded files of several names are in it");
	return FAIL_NONE;
}

/**
 * file_set_add - add what was named on the command line
 * @set: where
 * @name: a file, the name of a set without its numbers, or a folder with one set
 *
 * What is not there is added too, so that opening it says why.
 *
 * Return: 0, or an exit status with the error reported.
 */
int file_set_add(struct file_set *set, const char *name)
{
	size_t first = set->count;
	char part[PATH_MAX];
	struct stat st;

	if (!stat(name, &st) && S_ISDIR(st.st_mode))
		return add_folder(set, name);
	if (stat(name, &st) && *name) {
		file_set_add_numbered(set, name);
		snprintf(part, sizeof(part), "%s" PART, name);
		if (set->count == first && !stat(part, &st))
			add(set, part, 0, 0);
	}
	if (set->count == first)
		add(set, name, 0, 0);
	return FAIL_NONE;
}

/**
 * file_set_name - the name of a file of a set
 * @path: set to it
 * @room: bytes there
 * @prefix: name before the number
 * @number: the number
 *
 * Return: false if it is too long.
 */
bool file_set_name(char *path, size_t room, const char *prefix, unsigned long number)
{
	return snprintf(path, room, "%s.%0*lu", prefix, FILE_SET_DIGITS, number) < (int)room;
}

/**
 * file_set_free - forget them
 * @set: the files
 */
void file_set_free(struct file_set *set)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		free(set->items[i].path);
	free(set->items);
	memset(set, 0, sizeof(*set));
}
