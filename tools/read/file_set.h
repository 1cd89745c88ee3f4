/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The files of a recording that was rotated: NAME.000001, NAME.000002 and so on, of
 * which the last may still be called NAME.000002.part.
 */
#ifndef TCPLEDGER_FILE_SET_H
#define TCPLEDGER_FILE_SET_H

#include <stdbool.h>
#include <stddef.h>

#define FILE_SET_DIGITS	6	/* of a number, at least */

/**
 * struct file_set_item - one of them
 * @path: its name
 * @prefix: length of what is before the dot and the number, 0 if it has no number
 * @number: its number
 */
struct file_set_item {
	char		*path;
	size_t		prefix;
	unsigned long	number;
};

/**
 * struct file_set - files in their order, all zero when empty
 * @items: they
 * @count: how many
 * @room: how many fit
 */
struct file_set {
	struct file_set_item	*items;
	size_t			count;
	size_t			room;
};

int file_set_add(struct file_set *set, const char *name);
void file_set_add_numbered(struct file_set *set, const char *prefix);
bool file_set_name(char *path, size_t room, const char *prefix, unsigned long number);
void file_set_free(struct file_set *set);

#endif
