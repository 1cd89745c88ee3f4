/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A recorded file in the making. It is called NAME.part until it is complete; what is
 * there of it can be read at any time.
 */
#ifndef TCPLEDGER_RECORDED_FILE_H
#define TCPLEDGER_RECORDED_FILE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

#define RECORDED_FILE_PART	".part"

struct tcpledger_frame_start;

/**
 * struct recorded_file - a recorded file
 * @name: what it will be called
 * @part: what it is called now
 * @fd: descriptor, -1 if none is open
 * @text: frames that are to be written next
 * @bytes: length of the file with them
 * @named: it is complete and called @name
 * @cut: events that were put and had no room
 * @written: length without them
 */
struct recorded_file {
	char		name[PATH_MAX];
	char		part[PATH_MAX];
	int		fd;
	struct text	text;
	uint64_t	bytes;
	bool		named;
	uint64_t	cut;
	uint64_t	written;
};

int recorded_file_create(struct recorded_file *file, const char *name);
void recorded_file_header(struct recorded_file *file, const struct tcpledger_frame_start *start);
void recorded_file_sync(struct recorded_file *file, const struct tcpledger_frame_start *start);
void recorded_file_count(struct recorded_file *file, unsigned int type, uint64_t seq,
			 uint64_t first, uint64_t n);
int recorded_file_write(struct recorded_file *file, const void *bytes, size_t size);
int recorded_file_flush(struct recorded_file *file);
int recorded_file_finish(struct recorded_file *file);
const char *recorded_file_path(const struct recorded_file *file);
void recorded_file_free(struct recorded_file *file);

/**
 * recorded_file_put - add a frame
 * @file: an open file
 * @bytes: the frame
 * @size: its length
 */
static inline void recorded_file_put(struct recorded_file *file, const void *bytes, size_t size)
{
	text_bytes(&file->text, bytes, size);
	file->bytes += size;
}

#endif
