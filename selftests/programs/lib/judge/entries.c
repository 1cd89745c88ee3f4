// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/entries.h"

#include <string.h>

#include "lib/ledger/ledger.h"

/**
 * says - has a record or an entry this value under a key?
 * @object: record or entry
 * @key: the key
 * @value: the value
 * Return: whether it has
 */
bool says(json_object *object, const char *key, const char *value)
{
	return !strcmp(record_text(object, key), value);
}

/**
 * entry_at - one entry of a record's log
 * @rec: record
 * @i: which
 * Return: the entry
 */
json_object *entry_at(json_object *rec, size_t i)
{
	return json_object_array_get_idx(record_at(rec, "log"), i);
}

/**
 * entries - how many entries a record's log has
 * @rec: record
 * Return: how many
 */
size_t entries(json_object *rec)
{
	return json_object_array_length(record_at(rec, "log"));
}

/**
 * entry_is_idle - is it a segment that decides nothing: forged here, or refused by TCP?
 * @entry: entry
 * Return: whether it is
 */
bool entry_is_idle(json_object *entry)
{
	return says(entry, "origin", "other") || says(entry, "accepted", "false");
}

/**
 * entry_is_segment - is an entry a segment of a kind?
 * @entry: entry
 * @dir: "in" or "out"
 * @flags: SEG_* that it must have, of those in @mask
 * @mask: SEG_* to compare
 * Return: whether it is
 */
bool entry_is_segment(json_object *entry, const char *dir, uint8_t flags, uint8_t mask)
{
	return entry_is(entry, "segment") && says(entry, "dir", dir) &&
	       (entry_flags(entry) & mask) == flags;
}

/**
 * first_segment - the first segment of a kind that decided something
 * @rec: record
 * @dir: as of entry_is_segment()
 * @flags: likewise
 * @mask: likewise
 * Return: its index, or -1
 */
int first_segment(json_object *rec, const char *dir, uint8_t flags, uint8_t mask)
{
	for (size_t i = 0; i < entries(rec); i++)
		if (entry_is_segment(entry_at(rec, i), dir, flags, mask) &&
		    !entry_is_idle(entry_at(rec, i)))
			return i;
	return -1;
}

/**
 * first_state - the first change to a state
 * @rec: record
 * @to: the state
 * Return: its index, or -1
 */
int first_state(json_object *rec, const char *to)
{
	for (size_t i = 0; i < entries(rec); i++)
		if (entry_is(entry_at(rec, i), "state") && says(entry_at(rec, i), "to", to))
			return i;
	return -1;
}

/**
 * entry_time - when an entry was made
 * @rec: record
 * @i: index of the entry, negative for none
 * Return: nanoseconds since the first entry, -1 for none
 */
int64_t entry_time(json_object *rec, int i)
{
	return i < 0 ? -1 : record_int(entry_at(rec, i), "t_ns");
}
