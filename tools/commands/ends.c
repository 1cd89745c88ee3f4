// SPDX-License-Identifier: GPL-2.0
#include "commands/ends.h"

#include <stdlib.h>
#include <string.h>

#include "base/fail.h"
#include "base/memory.h"
#include "base/output.h"
#include "present/explain/other_end.h"
#include "present/print/fold.h"
#include "read/source.h"

#define NOTES_INDENT	13	/* as in the lines above and below the picture */

static struct text *begin_note(struct text *notes, const char *label)
{
	text_printf(notes, "  %-10s ", label);
	return notes;
}

/* Both ends by one clock, and what is to be said of that. */
static void unite(struct ends *ends, const struct record *peer, const char *file)
{
	bool known = clocks_compare(&ends->clocks, &ends->record, peer);
	struct record record = ends->record, other = *peer;

	other_end_found(begin_note(&ends->notes, "other end"), file, &ends->record, peer);
	text_char(&ends->notes, '\n');
	ends->log = memory_new(other.fixed.log_n, sizeof(*ends->log));
	ends->has_peer = known && clocks_unite(&ends->clocks, &record, &other, ends->log) &&
			 !__builtin_sub_overflow(other.fixed.base_ns, record.fixed.base_ns,
						 &ends->begin_ns);
	if (ends->has_peer) {
		ends->record = record;
		ends->peer = other;
	}
	other_end_clocks(begin_note(&ends->notes, "clocks"),
			 ends->has_peer ? &ends->clocks : NULL, false);
	text_char(&ends->notes, '\n');
}

static int find_in_other_file(struct ends *ends, const char *file)
{
	int status = peer_find_in_file(file, &ends->record, &ends->found, &ends->other,
				       &ends->join);

	if (ends->other) {
		unite(ends, ends->other, file);
		return status;
	}
	begin_note(&ends->notes, "other end");
	other_end_not_found(&ends->notes, file,
			    ends->join == PEER_DOUBTFUL ? ends->found.count : 0);
	text_char(&ends->notes, '\n');
	return status;
}

/**
 * ends_find - find the other end of a connection
 * @ends: set up, for ends_free()
 * @source: where the record was read
 * @other_file: where to look for the other end, or NULL for @source and this machine
 * @record: the record
 *
 * Return: 0, or an exit status with the error reported; the record is there in
 * every case.
 */
int ends_find(struct ends *ends, const struct source *source, const char *other_file,
	      const struct record *record)
{
	const struct record *peer;

	memset(ends, 0, sizeof(*ends));
	ends->record = *record;
	if (other_file)
		return find_in_other_file(ends, other_file);
	peer = peer_find(source, record, &ends->found);
	ends->has_peer = peer;
	if (peer)
		ends->peer = *peer;
	return FAIL_NONE;
}

/**
 * ends_free - give the memory back
 * @ends: what ends_find() set up
 */
void ends_free(struct ends *ends)
{
	record_list_free(&ends->found);
	free(ends->log);
	text_free(&ends->notes);
}

/**
 * ends_print_notes - tell what is to be known of the other end, if anything
 * @ends: both ends
 * @width: columns a line may take
 */
void ends_print_notes(const struct ends *ends, unsigned int width)
{
	struct text *out = output_text();
	size_t start = out->len;

	text_bytes(out, ends->notes.bytes, ends->notes.len);
	fold_lines(out, start, width, NOTES_INDENT);
}
