/* SPDX-License-Identifier: GPL-2.0 */
/* The live stream as a reader gets it, frame by frame. */
#ifndef TCPLEDGER_SELFTEST_STREAM_H
#define TCPLEDGER_SELFTEST_STREAM_H

#include <linux/tcpledger.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_PATH	"/proc/net/tcpledger/events"
#define STREAM_ROOM	(1 << 16)

/* One frame, whichever it is. */
union frame {
	struct tcpledger_frame frame;
	struct tcpledger_frame_start start;
	struct tcpledger_frame_record record;
	struct tcpledger_frame_entry entry;
	struct tcpledger_frame_gone gone;
	struct tcpledger_frame_count count;
	struct tcpledger_frame_entries entries;
};

/**
 * struct stream - an open file
 * @fd: opened with O_NONBLOCK
 * @piece: bytes that a read asks for
 * @len: bytes that the last read gave
 * @at: of these, how many were taken
 * @over: the last read gave end of file
 * @data: what the last read gave
 */
struct stream {
	int fd;
	size_t piece;
	size_t len;
	size_t at;
	bool over;
	uint8_t data[STREAM_ROOM] __attribute__((aligned(8)));
};

const char *frame_word(const union frame *frame);
bool frame_is_event(const union frame *frame);
const struct tcpledger_entry *frame_log(const union frame *frame);
unsigned int frame_log_n(const union frame *frame);
unsigned int frame_events(const union frame *frame);
void short_entry(const struct tcpledger_short *s, struct tcpledger_entry *e);
bool frames_whole(const uint8_t *data, size_t len);

void stream_open(struct stream *stream, bool snapshot);
void stream_open_brief(struct stream *stream, bool snapshot);
void stream_close(struct stream *stream);
const union frame *stream_next(struct stream *stream);
const union frame *stream_wait(struct stream *stream, unsigned int ms);
const union frame *stream_skip_to(struct stream *stream, uint16_t type);

#endif
