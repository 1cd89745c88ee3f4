/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far the script of a connection has come, and the payload that it needs
 * between the segments that were logged.
 */
#ifndef TCPLEDGER_REPLAY_H
#define TCPLEDGER_REPLAY_H

#include "present/export/packetdrill/script.h"
#include "read/record.h"

#define REPLAY_NO_FD	-1

/**
 * struct replay_flow - one direction
 * @isn: initial sequence number as recorded
 * @next: relative number that comes next
 * @left: payload not played yet; -1 if nobody counted it
 * @skipped: payload left out: the script's numbers are so much lower
 * @mss: payload of one segment at most
 */
struct replay_flow {
	uint32_t	isn;
	uint32_t	next;
	int64_t		left;
	uint32_t	skipped;
	uint32_t	mss;
};

/**
 * struct replay - the script so far
 * @script: its lines
 * @record: what is played
 * @passive: the first SYN came in
 * @listening: a socket listens for it
 * @fd: the program's descriptor of the connection, or REPLAY_NO_FD
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
struct replay {
	struct script		script;
	const struct record	*record;
	bool			passive;
	bool			listening;
	int			fd;
	bool			called;
	bool			handshake;
	bool			closed;
	bool			shut;
	struct replay_flow	ours;
	struct replay_flow	theirs;
	uint32_t		acked;
	uint32_t		unread;
	unsigned int		win;
};

void replay_begin(struct replay *replay, const struct record *record, struct text *out);
uint32_t replay_relative(const struct replay_flow *flow, uint32_t number);
uint32_t replay_last(const struct replay_flow *flow);
bool replay_is_ahead(const struct replay_flow *flow, uint32_t number);
void replay_accept(struct replay *replay, int64_t t_ns);
void replay_payload(struct replay *replay, int64_t t_ns, uint32_t ours, uint32_t theirs);
void replay_read(struct replay *replay, int64_t t_ns, uint32_t len);
void replay_acknowledged(struct replay *replay);

#endif
