/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The frames of the live stream, of a recorded file or of a piece of one, one after
 * the other. What lies in the way is told on stderr and counted.
 */
#ifndef TCPLEDGER_STREAM_H
#define TCPLEDGER_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "read/frame.h"
#include "read/input.h"
#include "read/layout.h"

enum stream_state {
	STREAM_FRAME,	/* a frame was handed out */
	STREAM_WAIT,	/* none is there yet, or a signal came */
	STREAM_ENDED,	/* there are no more */
	STREAM_FAILED,	/* it cannot be read on, which has been said */
};

/**
 * struct stream - frames on their way
 * @input: their bytes
 * @layout: how records lie in them
 * @header: of a recorded file; its magic is 0 if none was there
 * @undecoded: FRAME_MASK() of types of which only the beginning is read
 * @damages: places that could not be read, a cut tail included
 * @used: bytes of the frame handed out last
 * @entry: where the next entry is in the ENTRIES frame at the front of the input, or 0
 * @entries_end: where that frame ends
 * @handed_out: the last call handed out @frame
 * @frame: the frame handed out last
 */
struct stream {
	struct input		input;
	struct layout		layout;
	struct tcpledger_header	header;
	unsigned int		undecoded;
	unsigned int		damages;
	size_t			used;
	size_t			entry;
	size_t			entries_end;
	bool			handed_out;
	struct frame		frame;
};

void stream_init(struct stream *stream);
int stream_open(struct stream *stream, int fd, const char *path);
int stream_begin(struct stream *stream);
enum stream_state stream_next(struct stream *stream, const struct frame **frame);
size_t stream_run(struct stream *stream, unsigned int types, size_t enough, uint64_t before,
		  uint64_t *expected, const unsigned char **bytes);
void stream_close(struct stream *stream);

#endif
