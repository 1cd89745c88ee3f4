// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "present/export/record/recorded_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/tcpledger.h>

#include "base/fail.h"
#include "read/frame.h"

static int fail_write(const char *name, int error)
{
	return fail_work(error == EEXIST ?
			 "remove it, give another name, or keep numbered files with --files" :
			 "make room or give another FILE", "cannot write %s: %s", name,
			 strerror(error));
}

/* What was recorded before is never written over. */
static int check_free(const struct recorded_file *file)
{
	struct stat st;

	return stat(file->name, &st) ? FAIL_NONE : fail_write(file->name, EEXIST);
}

/**
 * recorded_file_create - begin a file
 * @file: set up, its text and descriptor are nothing yet
 * @name: what it will be called
 *
 * Sequence numbers are in it, so that only its owner may read it.
 *
 * Return: 0, or an exit status with the error reported.
 */
int recorded_file_create(struct recorded_file *file, const char *name)
{
	if (snprintf(file->name, sizeof(file->name), "%s", name) >= (int)sizeof(file->name) ||
	    snprintf(file->part, sizeof(file->part), "%s" RECORDED_FILE_PART, name) >=
	    (int)sizeof(file->part))
		return fail_write(name, ENAMETOOLONG);
	if (check_free(file))
		return FAIL_WORK;
	file->bytes = 0;
	file->cut = 0;
	file->named = false;
	file->written = 0;
	file->fd = open(file->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
	return file->fd < 0 ? fail_write(file->part, errno) : FAIL_NONE;
}

static void fill_header(struct tcpledger_header *header, const struct tcpledger_frame_start *start)
{
	*header = (struct tcpledger_header){
		.magic = TCPLEDGER_FILE_MAGIC, .version = start->version,
		.header_size = sizeof(*header), .record_size = start->record_size,
		.entry_size = start->entry_size, .netns = start->netns, .hz = start->hz,
		.monotonic_ns = start->monotonic_ns, .realtime_ns = start->realtime_ns,
	};
}

/**
 * recorded_file_header - add the header
 * @file: a new file
 * @start: what its frames are part of
 */
void recorded_file_header(struct recorded_file *file, const struct tcpledger_frame_start *start)
{
	struct tcpledger_header header;

	fill_header(&header, start);
	recorded_file_put(file, &header, sizeof(header));
}

/**
 * recorded_file_sync - add SYNC, where a piece begins that can be read alone
 * @file: an open file
 * @start: what follows it
 */
void recorded_file_sync(struct recorded_file *file, const struct tcpledger_frame_start *start)
{
	struct tcpledger_frame_sync sync = {
		.frame = {
			.type = TCPLEDGER_FRAME_SYNC, .size = sizeof(sync),
			.seq = start->frame.seq,
		},
		.word = TCPLEDGER_SYNC_WORD,
	};

	fill_header(&sync.header, start);
	recorded_file_put(file, &sync, sizeof(sync));
}

/**
 * recorded_file_count - add that events are not here
 * @file: an open file
 * @type: TCPLEDGER_FRAME_LOST or TCPLEDGER_FRAME_FILTERED
 * @seq: number of the next event
 * @first: number of the first that is not here
 * @n: how many
 */
void recorded_file_count(struct recorded_file *file, unsigned int type, uint64_t seq,
			 uint64_t first, uint64_t n)
{
	const struct tcpledger_frame_count count = {
		.frame = { .type = (uint16_t)type, .size = sizeof(count), .seq = seq },
		.first = first, .n = n,
	};

	recorded_file_put(file, &count, sizeof(count));
}

/* Events in whole frames; many entries may be in one. */
static uint64_t count_events(const char *bytes, size_t from, size_t to)
{
	struct tcpledger_frame frame;
	uint64_t count = 0;

	for (; from + sizeof(frame) <= to; from += frame.size) {
		memcpy(&frame, bytes + from, sizeof(frame));
		if (frame.flags & TCPLEDGER_FRAME_NUMBERED)
			count += frame.type == TCPLEDGER_FRAME_ENTRIES ?
				 frame_entries(frame.size) : 1;
	}
	return count;
}

/*
 * Of what was written up to @done nothing but whole frames stays, and without a whole
 * header nothing. Events behind that are counted: they are in no file.
 */
static void cut(struct recorded_file *file, const char *bytes, size_t size, size_t done)
{
	size_t at = file->written ? 0 : sizeof(struct tcpledger_header);
	size_t keep = done < at ? 0 : at;
	struct tcpledger_frame frame;

	for (; at + sizeof(frame) <= done; at = keep) {
		memcpy(&frame, bytes + at, sizeof(frame));
		if (at + frame.size > done)
			break;
		keep = at + frame.size;
	}
	file->cut += count_events(bytes, at, size);
	if (keep < done && ftruncate(file->fd, (off_t)(file->written + keep)))
		return;		/* then it is cut off, which its readers say */
}

/* Whole frames, and at the beginning of the file its header. */
static int write_all(struct recorded_file *file, const char *bytes, size_t size)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = write(file->fd, bytes + done, size - done);

		if (n >= 0) {
			done += (size_t)n;
		} else if (errno != EINTR) {
			int error = errno;

			cut(file, bytes, size, done);
			file->text.len = 0;
			file->bytes = (uint64_t)lseek(file->fd, 0, SEEK_END);
			file->written = file->bytes;
			return fail_write(file->part, error);
		}
	}
	file->written += size;
	return FAIL_NONE;
}

/**
 * recorded_file_flush - write what has been gathered
 * @file: an open file
 *
 * Return: 0, or an exit status with the error reported; the file ends behind the
 * last frame for which there was room.
 */
int recorded_file_flush(struct recorded_file *file)
{
	int status = write_all(file, file->text.bytes, file->text.len);

	file->text.len = 0;
	return status;
}

/**
 * recorded_file_write - write frames at once, behind what has been gathered
 * @file: an open file
 * @bytes: the frames
 * @size: their length
 *
 * Return: as recorded_file_flush().
 */
int recorded_file_write(struct recorded_file *file, const void *bytes, size_t size)
{
	if (recorded_file_flush(file)) {
		file->cut += count_events(bytes, 0, size);
		return FAIL_WORK;
	}
	file->bytes += size;
	return write_all(file, bytes, size);
}

/* Nothing came to be in it. */
static int drop(struct recorded_file *file)
{
	close(file->fd);
	file->fd = -1;
	return unlink(file->part) ? fail_write(file->part, errno) : FAIL_NONE;
}

/*
 * Whatever has come to be called so meanwhile stays. A file system that cannot promise
 * that for a rename can for a hard link.
 */
static int rename_to_free(const char *from, const char *to)
{
	if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
		return 0;
	if (errno != EINVAL)
		return -1;
	return link(from, to) ? -1 : unlink(from);
}

static int fail_rename(const struct recorded_file *file, int error)
{
	return fail_work("rename it yourself", "cannot call %s %s: %s; what was recorded stays in "
			 "%s", file->part, file->name, strerror(error), file->part);
}

/**
 * recorded_file_finish - complete the file, and call it by its name
 * @file: an open file, which is closed
 *
 * Return: 0, or an exit status with the error reported; what could be written stays.
 */
int recorded_file_finish(struct recorded_file *file)
{
	int status = recorded_file_flush(file);

	if (!file->bytes)
		return drop(file) | status;
	if (fsync(file->fd) && errno != EROFS && errno != EINVAL && !status)
		status = fail_write(file->part, errno);
	if (close(file->fd) && !status)
		status = fail_write(file->part, errno);
	file->fd = -1;
	if (rename_to_free(file->part, file->name))
		return fail_rename(file, errno);
	file->named = true;
	return status;
}

/**
 * recorded_file_path - where it is
 * @file: a file, also one that was finished
 *
 * Return: its name now.
 */
const char *recorded_file_path(const struct recorded_file *file)
{
	return file->named ? file->name : file->part;
}

/**
 * recorded_file_free - close it as it is and give the memory back
 * @file: a file
 */
void recorded_file_free(struct recorded_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	file->fd = -1;
	text_free(&file->text);
}
