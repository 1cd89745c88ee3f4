/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far the script of a connection has come, and the payload that it needs
 * between the segments that were logged.
 */
#ifndef TCPLEDGER_PLAY_H
#define TCPLEDGER_PLAY_H

#include "export/packetdrill/drill.h"
#include "read/record.h"

#define PLAY_NO_FD	-1

/**
 * struct play_flow - one direction
 * @isn: initial sequence number as recorded
 * @next: relative number that comes next
 * @left: payload not played yet; -1 if nobody counted it
 * @skipped: payload left out: the script's numbers are so much lower
 * @mss: payload of one segment at most
 */
struct play_flow {
	uint32_t	isn;
	uint32_t	next;
	int64_t		left;
	uint32_t	skipped;
	uint32_t	mss;
};

/**
 * struct play - the script so far
 * @drill: its lines
 * @record: what is played
 * @passive: the first SYN came in
 * @listening: a socket listens for it
 * @fd: the program's descriptor of the connection, or PLAY_NO_FD
 * @called: socket() and what goes with it has been called
 * @handshake: all of it is over
 * @closed: the program has closed the connection
 * @shut: it has shut down its sending side only
 * @ours: what the endpoint under test sends
 * @theirs: what is injected
 * @acked: what was last acknowledged of @ours
 * @unread: bytes that have come and that the program has not read
 * @win: window field last injected
 */
struct play {
	struct drill		drill;
	const struct record	*record;
	bool			passive;
	bool			listening;
	int			fd;
	bool			called;
	bool			handshake;
	bool			closed;
	bool			shut;
	struct play_flow	ours;
	struct play_flow	theirs;
	uint32_t		acked;
	uint32_t		unread;
	unsigned int		win;
};

void play_begin(struct play *play, const struct record *record, struct text *out);
uint32_t play_relative(const struct play_flow *flow, uint32_t number);
uint32_t play_last(const struct play_flow *flow);
bool play_is_ahead(const struct play_flow *flow, uint32_t number);
void play_accept(struct play *play, int64_t t_ns);
void play_payload(struct play *play, int64_t t_ns, uint32_t ours, uint32_t theirs);
void play_read(struct play *play, int64_t t_ns, uint32_t len);
void play_acknowledged(struct play *play);

#endif
