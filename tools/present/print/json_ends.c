// SPDX-License-Identifier: GPL-2.0
#include "present/print/json_ends.h"

#include <stddef.h>

#include "base/text.h"
#include "meaning/clocks.h"
#include "present/print/json_record.h"
#include "present/print/json_writer.h"

static void add_record(struct text *json, const char *key, const struct record *record)
{
	if (!record) {
		json_null(json, key);
		return;
	}
	json_object_begin(json, key);
	json_record_members(json, record);
	json_object_end(json);
}

static void add_signed(struct text *json, const char *key, int64_t value)
{
	char *at = json_begin(json, key, JSON_NUMBER_MOST + 1);

	if (value < 0)
		*at++ = '-';
	text_end(json, json_put_unsigned(at, value < 0 ? 0 - (uint64_t)value : (uint64_t)value));
}

static void add_join(struct text *json, enum peer_join join)
{
	static const char *const words[] = {
		[PEER_BY_ADDRESSES] = "addresses", [PEER_BY_ISNS] = "isns",
		[PEER_DOUBTFUL] = "doubtful",
	};

	if (join == PEER_NONE)
		json_null(json, "join");
	else
		json_word(json, "join", words[join]);
}

static void add_clocks(struct text *json, const struct json_ends *ends)
{
	static const char *const words[] = {
		[CLOCKS_BY_SEGMENTS] = "segments", [CLOCKS_DRIFTED] = "segments_drift",
		[CLOCKS_BY_WALL] = "wall",
	};
	const struct clocks *clocks = ends->clocks;
	bool drifted = clocks && clocks->by == CLOCKS_DRIFTED;

	if (!clocks) {
		json_null(json, "clocks");
		return;
	}
	json_object_begin(json, "clocks");
	json_word(json, "by", words[clocks->by]);
	add_signed(json, "other_begin_ns", ends->other_begin_ns);
	if (clocks->wall_known)
		add_signed(json, "wall_ahead_ns", clocks->wall_ns);
	else
		json_null(json, "wall_ahead_ns");
	json_known(json, "bound_ns", clocks->bound_ns);
	if (drifted)
		add_signed(json, "drift_ns", clocks->drift_ns);
	else
		json_null(json, "drift_ns");
	json_known(json, "drift_bound_ns", drifted ? clocks->drift_bound_ns : -1);
	json_unsigned(json, "segments_there", clocks->forth);
	json_unsigned(json, "segments_back", clocks->back);
	json_object_end(json);
}

/**
 * json_ends - print both ends of a connection as a line of JSON
 * @ends: they
 */
void json_ends(const struct json_ends *ends)
{
	struct text *json = json_line_begin();

	add_record(json, "record", ends->record);
	add_record(json, "other_end", ends->other);
	add_join(json, ends->join);
	add_clocks(json, ends);
	json_line_end(json);
}

/**
 * json_connections - print two connections as a line of JSON
 * @first: a record of one
 * @second: a record of the other
 * @difference: the first entry in which their logs differ, -1 if none
 */
void json_connections(const struct record *first, const struct record *second, int difference)
{
	struct text *json = json_line_begin();

	json_array_begin(json, "records");
	add_record(json, NULL, first);
	add_record(json, NULL, second);
	json_array_end(json);
	json_known(json, "first_difference", difference);
	json_line_end(json);
}
