// SPDX-License-Identifier: GPL-2.0
#include "lib/judge/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/util.h"

#define TRIES	100	/* a segment is retransmitted after 200 ms, then ever later */

/* What grows or shrinks with time alone is no change. */
static void still(struct records *records)
{
	for (size_t i = 0; i < records->n; i++) {
		struct tcpledger_record *rec = (void *)records->list[i];

		rec->state_age_ns = 0;
		rec->tw_remaining_ns = 0;
	}
}

/* Whether two readings, one before and one after the other files, tell the same. */
static bool agree(const struct records *a, const struct records *b)
{
	bool same = a->n == b->n;

	for (size_t i = 0; i < a->n && same; i++)
		same = a->list[i]->size == b->list[i]->size &&
		       !memcmp(a->list[i], b->list[i], a->list[i]->size);
	return same;
}

/**
 * evidence_read - read all files of this namespace
 * @e: filled in
 * @export: leave a capture of the records in EXPORT_FILE
 *
 * The files are read one after the other, and a timer of TCP may run meanwhile: they
 * are read again until no record changed between the first and the last.
 */
void evidence_read(struct evidence *e, bool export)
{
	struct records before;
	bool same = false;

	for (int i = 0; i < TRIES && !same; i++) {
		if (i)
			evidence_free(e);
		records_read(&before);
		ledger_read(&e->ledger);
		e->connections = read_all(LEDGER_PROC "/connections");
		e->log = read_all(LEDGER_PROC "/log");
		e->timewait = read_all(LEDGER_PROC "/timewait");
		if (export)
			run("tcpledger export --pcapng " EXPORT_FILE);
		sockets_read(&e->sockets);
		records_read(&e->records);
		e->until = real_ns();
		still(&before);
		still(&e->records);
		same = agree(&before, &e->records);
		records_free(&before);
	}
	if (!same)
		die("the records do not come to rest");
}

void evidence_free(struct evidence *e)
{
	ledger_free(&e->ledger);
	records_free(&e->records);
	sockets_free(&e->sockets);
	free(e->connections);
	free(e->log);
	free(e->timewait);
}
