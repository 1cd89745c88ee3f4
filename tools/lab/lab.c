// SPDX-License-Identifier: GPL-2.0
#include "lab/lab.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/fail.h"
#include "base/file.h"
#include "lab/capture.h"
#include "lab/cases_closing.h"
#include "lab/cases_opening.h"
#include "lab/cases_reset.h"
#include "lab/cases_timewait.h"
#include "lab/network.h"
#include "lab/records.h"
#include "lab/sockets.h"
#include "read/reader.h"

/* Each ends with a case without a name. */
static const struct lab_case *const sets[] = {
	cases_opening, cases_closing, cases_timewait, cases_reset,
};

/**
 * lab_case_at - a case by its place in the list
 * @n: place, from 0
 *
 * Return: the case; NULL behind the last.
 */
const struct lab_case *lab_case_at(unsigned int n)
{
	const struct lab_case *found;
	unsigned int set;

	for (set = 0; set < ARRAY_SIZE(sets); set++)
		for (found = sets[set]; found->name; found++)
			if (!n--)
				return found;
	return NULL;
}

/**
 * lab_case_find - the case of a name
 * @name: the name
 *
 * Return: the case; NULL if there is none.
 */
const struct lab_case *lab_case_find(const char *name)
{
	const struct lab_case *found;
	unsigned int n = 0;

	while ((found = lab_case_at(n++)))
		if (!strcmp(found->name, name))
			return found;
	return NULL;
}

/**
 * lab_check - whether there is a ledger that would record a case
 *
 * Return: 0, or an exit status with the error reported.
 */
int lab_check(void)
{
	const struct source here = { 0 };
	struct reader reader;
	int status;

	if (!source_is_live(&here))
		return fail_work("unset it", "TCPLEDGER_PROC is set, but the lab needs the kernel");
	status = reader_open(&reader, &here);
	reader_close(&reader);
	return status;
}

static int write_records(int records, const char *folder, const char *name)
{
	char path[PATH_MAX], *end;
	struct file file;
	int status;
	ssize_t n;

	if (snprintf(path, sizeof(path), "%s/%s.records", folder, name) >= (int)sizeof(path))
		return fail_work("give a shorter name", "the folder's name is too long");
	status = file_create(&file, path, FILE_LINKS_FOLLOW);
	while (!status) {
		end = text_room(&file.text, FILE_PIECE);
		n = pread(records, end, FILE_PIECE, (off_t)file.text.len);
		if (n <= 0)
			break;
		text_end(&file.text, end + n);
	}
	return file_finish(&file, status);
}

static void keep(struct world *world, struct capture *capture, const char *folder,
		 const char *name, struct lab_result *result)
{
	unsigned int host;

	result->records = records_keep(world);
	result->error = world->error;
	for (host = 0; host < WORLD_HOSTS && !world->status; host++)
		result->netns[host] = world_inode(world, host);
	if (!folder || world->status)
		return;
	world->status = write_records(result->records, folder, name);
	capture_write(capture, world, folder, name);
}

/**
 * lab_run - make a case
 * @lab_case: which
 * @wait: to the end of TIME_WAIT, where it ends in that
 * @folder: where records and captures are to be kept, or NULL
 * @result: set to what came of it; lab_result_free() is due also after a failure
 *
 * Return: 0, or an exit status with the error reported.
 */
int lab_run(const struct lab_case *lab_case, bool wait, const char *folder,
	    struct lab_result *result)
{
	struct capture capture = { 0 };
	struct world world;

	memset(result, 0, sizeof(*result));
	result->records = -1;
	world_make(&world);
	world.wait = wait;
	network_prepare(&world);
	if (folder)
		capture_begin(&capture, &world);
	lab_case->play(&world);
	sockets_settle(&world);
	keep(&world, &capture, folder, lab_case->name, result);
	capture_end(&capture);
	world_end(&world);
	return world.status;
}

/**
 * lab_result_free - give back what lab_run() kept
 * @result: what came of it
 */
void lab_result_free(struct lab_result *result)
{
	if (result->records >= 0)
		close(result->records);
	result->records = -1;
}
