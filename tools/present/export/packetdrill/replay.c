// SPDX-License-Identifier: GPL-2.0
#include "present/export/packetdrill/replay.h"

#include <string.h>

#define GAP_MOST	0x7fffffff	/* farther ahead is behind (RFC 9293, 3.4) */

/* Segments of payload between two logged ones that a script can be asked to play. */
#define SEGMENTS_MOST	1000

#define MSS_DEFAULT	536		/* without the option (RFC 9293, 3.7.1) */
#define TUN_MTU		1500		/* packetdrill's device */

/* A delayed ACK is due within TCP_DELACK_MAX, 200 ms. */
#define DELAYED_ACK_NS	300000000

static uint32_t mss_of(const struct record *record, int option)
{
	uint32_t fits = TUN_MTU - (record->fixed.flags & TCPLEDGER_REC_IPV6 ? 60 : 40);

	if (option <= 0)
		option = MSS_DEFAULT;
	return (uint32_t)option < fits ? (uint32_t)option : fits;
}

/* A segment without an ISN counts from 0. */
static uint32_t isn_of(const struct record *record, enum tcpledger_entry_type type)
{
	int64_t isn = record_isn(record, type);

	return isn < 0 ? 0 : (uint32_t)isn;
}

/**
 * replay_begin - nothing has happened yet
 * @replay: set up
 * @record: what is to be played
 * @out: where the script goes
 */
void replay_begin(struct replay *replay, const struct record *record, struct text *out)
{
	const struct tcpledger_record *r = &record->fixed;

	memset(replay, 0, sizeof(*replay));
	replay->script.out = out;
	replay->record = record;
	replay->fd = REPLAY_NO_FD;
	replay->ours.isn = isn_of(record, TCPLEDGER_ENTRY_OUT);
	replay->ours.left = r->bytes_sent;
	replay->ours.mss = mss_of(record, r->remote_mss);
	replay->theirs.isn = isn_of(record, TCPLEDGER_ENTRY_IN);
	replay->theirs.left = r->bytes_received;
	replay->theirs.mss = mss_of(record, r->local_mss);
	replay->win = UINT16_MAX;
}

/**
 * replay_relative - a recorded number as the script has it
 * @flow: whose number
 * @number: as on the wire
 *
 * Return: counted from the ISN, less what was left out.
 */
uint32_t replay_relative(const struct replay_flow *flow, uint32_t number)
{
	return number - flow->isn - flow->skipped;
}

/**
 * replay_is_ahead - whether a number is one that has not been played
 * @flow: whose number
 * @number: relative
 *
 * Return: true if it is beyond all that was sent.
 */
bool replay_is_ahead(const struct replay_flow *flow, uint32_t number)
{
	uint32_t gap = number - flow->next;

	return gap && gap <= GAP_MOST;
}

static void read_all(struct replay *replay, int64_t t_ns)
{
	if (replay->unread)
		script_call(&replay->script, t_ns, "read(%d, ..., %u) = %u", replay->fd,
			    replay->unread, replay->unread);
	replay->unread = 0;
}

/**
 * replay_accept - the program takes the connection, if it has not yet
 * @replay: the script
 * @t_ns: when
 */
void replay_accept(struct replay *replay, int64_t t_ns)
{
	if (!replay->listening || !replay->handshake || replay->fd != REPLAY_NO_FD ||
	    replay->closed)
		return;
	replay->fd = 4;
	script_call(&replay->script, t_ns, "accept(3, ..., ...) = %d", replay->fd);
	read_all(replay, t_ns);
}

/**
 * replay_read - the program reads what has come
 * @replay: the script
 * @t_ns: when
 * @len: how much came
 */
void replay_read(struct replay *replay, int64_t t_ns, uint32_t len)
{
	replay->unread += len;
	replay_accept(replay, t_ns);
	if (replay->fd != REPLAY_NO_FD && !replay->closed)
		read_all(replay, t_ns);
}

/**
 * replay_acknowledged - the kernel acknowledges what has come, at once or later
 * @replay: the script
 */
void replay_acknowledged(struct replay *replay)
{
	struct script_segment ack = {
		.out = true, .flags = TCPLEDGER_ACK, .seq = replay->ours.next,
		.ack = replay->theirs.next,
	};

	script_segment_within(&replay->script, DELAYED_ACK_NS, &ack);
}

/* Enough window for the next segment, whatever the peer last offered. */
static unsigned int window(const struct replay *replay)
{
	int shift = replay->record->fixed.remote_wscale;

	if (shift < 0 || replay->record->fixed.local_wscale < 0)
		shift = 0;
	if ((uint64_t)replay->win << (shift > 14 ? 14 : shift) < replay->ours.mss)
		return UINT16_MAX;
	return replay->win;
}

static void send_one(struct replay *replay, int64_t t_ns, uint32_t len)
{
	struct script_segment data = {
		.out = true, .flags = TCPLEDGER_PSH | TCPLEDGER_ACK, .seq = replay->ours.next,
		.ack = replay->theirs.next, .len = len,
	};
	struct script_segment ack = {
		.flags = TCPLEDGER_ACK, .seq = replay->theirs.next, .ack = replay->ours.next + len,
		.win = window(replay),
	};

	script_call(&replay->script, t_ns, "write(%d, ..., %u) = %u", replay->fd, len, len);
	script_segment(&replay->script, t_ns, &data);
	script_segment(&replay->script, t_ns, &ack);
	replay->ours.next += len;
	replay->acked = replay->ours.next;
}

static void receive_one(struct replay *replay, int64_t t_ns, uint32_t len)
{
	struct script_segment data = {
		.flags = TCPLEDGER_PSH | TCPLEDGER_ACK, .seq = replay->theirs.next,
		.ack = replay->acked, .len = len, .win = window(replay),
	};

	script_segment(&replay->script, t_ns, &data);
	replay->theirs.next += len;
	replay_acknowledged(replay);
	replay_read(replay, t_ns, len);
}

/*
 * Play what lies between what a flow has sent and @number.
 */
static void replay_flow(struct replay *replay, struct replay_flow *flow, int64_t t_ns,
			uint32_t number)
{
	bool sends = flow == &replay->ours;
	uint32_t gap = number - flow->next, most = SEGMENTS_MOST * flow->mss, len;

	if (!replay_is_ahead(flow, number) || (flow->left >= 0 && gap > flow->left))
		return;
	if (flow->left >= 0)
		flow->left -= gap;
	script_comment(&replay->script,
		       "%u bytes of payload %s, in segments that were not recorded",
		       gap, sends ? "went" : "came");
	if (gap > most) {
		flow->skipped += gap - most;
		script_comment(&replay->script,
			       "too much to play: %u of them are left out, so %s sequence numbers are so much lower from here on",
			       gap - most, sends ? "our" : "the peer's");
		gap = most;
	}
	for (; gap; gap -= len) {
		len = gap < flow->mss ? gap : flow->mss;
		if (sends)
			send_one(replay, t_ns, len);
		else
			receive_one(replay, t_ns, len);
	}
}

/**
 * replay_last - the recorded number that comes next
 * @flow: one direction
 *
 * Return: the number after all that was played.
 */
uint32_t replay_last(const struct replay_flow *flow)
{
	return flow->next + flow->isn + flow->skipped;
}

/**
 * replay_payload - play payload up to two numbers
 * @replay: the script
 * @t_ns: when; if it is not known, as early as can be: now
 * @ours: recorded number up to which we must have sent
 * @theirs: recorded number up to which the peer must have sent
 *
 * Who asked first is not known; the client did, as in most protocols.
 */
void replay_payload(struct replay *replay, int64_t t_ns, uint32_t ours, uint32_t theirs)
{
	unsigned int i;

	if (!replay->handshake || replay->closed)
		return;
	replay_accept(replay, t_ns);
	if (replay->fd == REPLAY_NO_FD)
		return;
	for (i = 0; i < 2; i++) {
		bool sends = replay->passive == !!i;

		if (sends && !replay->shut)
			replay_flow(replay, &replay->ours, t_ns,
				    replay_relative(&replay->ours, ours));
		if (!sends)
			replay_flow(replay, &replay->theirs, t_ns,
				    replay_relative(&replay->theirs, theirs));
	}
}
