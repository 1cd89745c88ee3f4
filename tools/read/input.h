/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of a file or a stream, read in large pieces and used in small ones.
 */
#ifndef TCPLEDGER_INPUT_H
#define TCPLEDGER_INPUT_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_ROOM	(256 * 1024)	/* bytes asked for at once */

enum input_state {
	INPUT_READY,	/* what was asked for is there */
	INPUT_ENDED,	/* less is there, and no more will come */
	INPUT_WAIT,	/* less is there, and more may come; or a signal came */
	INPUT_FAILED,	/* it cannot be read, which has been said */
};

/**
 * struct input - bytes on their way
 * @path: what was opened, for messages
 * @fd: descriptor
 * @live: a signal ends the waiting, and EIO is an end: the module was unloaded
 * @buffer: bytes read and not yet used
 * @from: first byte not yet used
 * @to: end of the bytes read
 * @offset: place of @from in the file
 */
struct input {
	char		path[PATH_MAX];
	int		fd;
	bool		live;
	unsigned char	*buffer;
	size_t		from;
	size_t		to;
	uint64_t	offset;
};

void input_open(struct input *input, int fd, const char *path);
enum input_state input_fill(struct input *input, size_t need);
void input_close(struct input *input);

static inline const unsigned char *input_bytes(const struct input *input)
{
	return input->buffer + input->from;
}

static inline size_t input_have(const struct input *input)
{
	return input->to - input->from;
}

static inline void input_use(struct input *input, size_t bytes)
{
	input->from += bytes;
	input->offset += bytes;
}

#endif
