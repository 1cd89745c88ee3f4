// SPDX-License-Identifier: GPL-2.0
#include "base/memory.h"

#include <stdlib.h>
#include <unistd.h>

#define ROOM_FIRST	64

/**
 * memory_exhausted - end the program with status 1 because there is no memory
 *
 * The message needs none: it is a constant, and goes out with one system call.
 */
void memory_exhausted(void)
{
	static const char line[] =
		"tcpledger: out of memory; narrow the filter or free some memory\n";
	ssize_t ignored = write(STDERR_FILENO, line, sizeof(line) - 1);

	(void)ignored;
	exit(EXIT_FAILURE);
}

/**
 * memory_new - an array of zeros
 * @count: of how many elements, may be 0
 * @size: of one, in bytes
 *
 * Return: the array, for free(); never NULL
 */
void *memory_new(size_t count, size_t size)
{
	void *array = calloc(count ? count : 1, size);

	if (!array)
		memory_exhausted();
	return array;
}

/**
 * memory_grow - room for one more element
 * @array: NULL at first
 * @count: its elements
 * @room: how many fit, 0 at first
 * @size: of one, in bytes
 *
 * Return: the array, perhaps elsewhere, with room for @count + 1
 */
void *memory_grow(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? 2 * *room : ROOM_FIRST;
	array = reallocarray(array, *room, size);
	if (!array)
		memory_exhausted();
	return array;
}
