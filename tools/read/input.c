// SPDX-License-Identifier: GPL-2.0
#include "read/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fail.h"
#include "base/memory.h"
#include "read/embedded.h"

/**
 * input_open - begin to read a descriptor
 * @input: set up; input_close() is due
 * @fd: descriptor, which belongs to the input from now on
 * @path: its name, for messages; may be @input->path
 */
void input_open(struct input *input, int fd, const char *path)
{
	if (path != input->path)
		snprintf(input->path, sizeof(input->path), "%s", path);
	input->fd = fd;
	input->live = false;
	input->embedded = NULL;
	input->from = 0;
	input->to = 0;
	input->offset = 0;
	input->buffer = memory_new(1, INPUT_ROOM);
}

/**
 * input_look_inside - read on in the records inside a report
 * @input: at the beginning of a file, of which some was read
 *
 * Return: false if the file is no report; it is read on as it is then.
 */
bool input_look_inside(struct input *input)
{
	if (!embedded_is_report(input_bytes(input), input_have(input)))
		return false;
	input->embedded = embedded_open(input->fd, input_bytes(input), input_have(input));
	input->from = 0;
	input->to = 0;
	return true;
}

static ssize_t read_some(struct input *input, void *bytes, size_t room)
{
	return input->embedded ? embedded_read(input->embedded, bytes, room) :
				 read(input->fd, bytes, room);
}

static enum input_state fail(const struct input *input)
{
	if (input->embedded && input->embedded->problem)
		fail_read(input->path, "copy it again", "%s", input->embedded->problem);
	else
		fail_read(input->path, "give a tcpledger records file",
			  "%s, at byte %llu", strerror(errno),
			  (unsigned long long)input->offset + input->to);
	return INPUT_FAILED;
}

/**
 * input_fill - read until so many unused bytes are there
 * @input: what is read
 * @need: how many, INPUT_ROOM at most
 *
 * The files of the ledger hand out whole records and frames, so there must always
 * be room for one: nothing but the piece that is not complete is in front of it.
 *
 * Return: whether they are there. Without a descriptor the bytes that are there
 * are all.
 */
enum input_state input_fill(struct input *input, size_t need)
{
	if (input_have(input) >= need)
		return INPUT_READY;
	memmove(input->buffer, input_bytes(input), input_have(input));
	input->to -= input->from;
	input->from = 0;
	while (input->to < need) {
		ssize_t n = read_some(input, input->buffer + input->to,
				      INPUT_ROOM - input->to);

		if (n > 0)
			input->to += (size_t)n;
		else if (!n || (errno == EIO && input->live))
			return INPUT_ENDED;
		else if (input->live && (errno == EAGAIN || errno == EINTR))
			return INPUT_WAIT;
		else if (errno != EINTR)
			return fail(input);
	}
	return INPUT_READY;
}

/**
 * input_close - close the descriptor and give the memory back
 * @input: what input_open() set up, or all zero but for an @fd of -1
 */
void input_close(struct input *input)
{
	if (input->fd >= 0)
		close(input->fd);
	free(input->buffer);
	free(input->embedded);
	input->fd = -1;
	input->buffer = NULL;
	input->embedded = NULL;
	input->from = 0;
	input->to = 0;
}
