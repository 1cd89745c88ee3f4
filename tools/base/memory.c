// SPDX-License-Identifier: GPL-2.0
#include "base/memory.h"

#include <stdlib.h>

#include "base/fail.h"

#define ROOM_FIRST	64

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
		fail_memory();
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
		fail_memory();
	return array;
}
