// SPDX-License-Identifier: GPL-2.0
/*
 * What the module makes of a script, as readers of its records file get it:
 * so the reader is tried on records that nobody wrote by hand.
 */
#include "script_record.h"

#include <stdio.h>
#include <stdlib.h>

#include "verdict/record.h"

/**
 * script_record - the record of a script
 * @s: the script, performed
 * @id: number of the record
 * @name: name of the program that owns it, cut as the kernel cuts it
 * @f: set to the record
 */
void script_record(struct script *s, unsigned int id, const char *name, struct fixture *f)
{
	unsigned int i;

	fixture_begin(f, id, "10.0.0.1", 40000 + id, "10.0.0.2", 80);
	fixture_owner(f, (int)id, name);
	fixture_opened(f, TCPLEDGER_ROLE_UNKNOWN, TCPLEDGER_OUTCOME_IN_PROGRESS, 100);
	f->record.flags = 0;
	tcpledger_record_fill(&f->record, &s->facts, script_now(s));
	for (i = 0; i < f->record.log_n; i++)
		tcpledger_log_export(tcpledger_log_at(&s->facts.log, (int)i), &f->log[i]);
}

/**
 * script_keep - append the record to the file SCRIPT_RECORDS, if that is set
 * @s: the script, performed
 * @name: what it is
 */
void script_keep(struct script *s, const char *name)
{
	const char *path = getenv("SCRIPT_RECORDS");
	static unsigned int id;
	struct fixture f;
	FILE *file;

	if (!path)
		return;
	file = fopen(path, id ? "ab" : "wb");
	if (!file) {
		perror(path);
		exit(1);
	}
	if (!id)
		fixture_write_header(file);
	script_record(s, ++id, name, &f);
	fixture_write(file, &f);
	fclose(file);
}
