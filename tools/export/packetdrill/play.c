// SPDX-License-Identifier: GPL-2.0
#include "export/packetdrill/play.h"

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

/*
 * An ISN: a record that was refused at once has it in its log only. A segment
 * without one counts from 0.
 */
static uint32_t isn_of(const struct record *record, int64_t isn, enum tcpledger_entry_type type)
{
	unsigned int i;

	for (i = 0; isn < 0 && i < record->fixed.log_n; i++)
		if (record->log[i].type == type && (record->log[i].flags & TCPLEDGER_SYN))
			isn = record->log[i].seq;
	return isn < 0 ? 0 : (uint32_t)isn;
}

/**
 * play_begin - nothing has happened yet
 * @play: set up
 * @record: what is to be played
 * @out: where the script goes
 */
void play_begin(struct play *play, const struct record *record, struct text *out)
{
	const struct tcpledger_record *r = &record->fixed;

	memset(play, 0, sizeof(*play));
	play->drill.out = out;
	play->record = record;
	play->fd = PLAY_NO_FD;
	play->ours.isn = isn_of(record, r->local_isn, TCPLEDGER_ENTRY_OUT);
	play->ours.left = r->bytes_sent;
	play->ours.mss = mss_of(record, r->remote_mss);
	play->theirs.isn = isn_of(record, r->remote_isn, TCPLEDGER_ENTRY_IN);
	play->theirs.left = r->bytes_received;
	play->theirs.mss = mss_of(record, r->local_mss);
	play->win = UINT16_MAX;
}

/**
 * play_relative - a recorded number as the script has it
 * @flow: whose number
 * @number: as on the wire
 *
 * Return: counted from the ISN, less what was left out.
 */
uint32_t play_relative(const struct play_flow *flow, uint32_t number)
{
	return number - flow->isn - flow->skipped;
}

/**
 * play_is_ahead - whether a number is one that has not been played
 * @flow: whose number
 * @number: relative
 *
 * Return: true if it is beyond all that was sent.
 */
bool play_is_ahead(const struct play_flow *flow, uint32_t number)
{
	uint32_t gap = number - flow->next;

	return gap && gap <= GAP_MOST;
}

static void read_all(struct play *play, int64_t t_ns)
{
	if (play->unread)
		drill_call(&play->drill, t_ns, "read(%d, ..., %u) = %u", play->fd, play->unread,
			   play->unread);
	play->unread = 0;
}

/**
 * play_accept - the program takes the connection, if it has not yet
 * @play: the script
 * @t_ns: when
 */
void play_accept(struct play *play, int64_t t_ns)
{
	if (!play->listening || !play->handshake || play->fd != PLAY_NO_FD || play->closed)
		return;
	play->fd = 4;
	drill_call(&play->drill, t_ns, "accept(3, ..., ...) = %d", play->fd);
	read_all(play, t_ns);
}

/**
 * play_read - the program reads what has come
 * @play: the script
 * @t_ns: when
 * @len: how much came
 */
void play_read(struct play *play, int64_t t_ns, uint32_t len)
{
	play->unread += len;
	play_accept(play, t_ns);
	if (play->fd != PLAY_NO_FD && !play->closed)
		read_all(play, t_ns);
}

/**
 * play_acknowledged - the kernel acknowledges what has come, at once or later
 * @play: the script
 */
void play_acknowledged(struct play *play)
{
	struct drill_segment ack = {
		.out = true, .flags = TCPLEDGER_ACK, .seq = play->ours.next,
		.ack = play->theirs.next,
	};

	drill_segment_within(&play->drill, DELAYED_ACK_NS, &ack);
}

/* Enough window for the next segment, whatever the peer last offered. */
static unsigned int window(const struct play *play)
{
	int shift = play->record->fixed.remote_wscale;

	if (shift < 0 || play->record->fixed.local_wscale < 0)
		shift = 0;
	if ((uint64_t)play->win << (shift > 14 ? 14 : shift) < play->ours.mss)
		return UINT16_MAX;
	return play->win;
}

static void send_one(struct play *play, int64_t t_ns, uint32_t len)
{
	struct drill_segment data = {
		.out = true, .flags = TCPLEDGER_PSH | TCPLEDGER_ACK, .seq = play->ours.next,
		.ack = play->theirs.next, .len = len,
	};
	struct drill_segment ack = {
		.flags = TCPLEDGER_ACK, .seq = play->theirs.next, .ack = play->ours.next + len,
		.win = window(play),
	};

	drill_call(&play->drill, t_ns, "write(%d, ..., %u) = %u", play->fd, len, len);
	drill_segment(&play->drill, t_ns, &data);
	drill_segment(&play->drill, t_ns, &ack);
	play->ours.next += len;
	play->acked = play->ours.next;
}

static void receive_one(struct play *play, int64_t t_ns, uint32_t len)
{
	struct drill_segment data = {
		.flags = TCPLEDGER_PSH | TCPLEDGER_ACK, .seq = play->theirs.next,
		.ack = play->acked, .len = len, .win = window(play),
	};

	drill_segment(&play->drill, t_ns, &data);
	play->theirs.next += len;
	play_acknowledged(play);
	play_read(play, t_ns, len);
}

/*
 * Play what lies between what a flow has sent and @number.
 */
static void play_flow(struct play *play, struct play_flow *flow, int64_t t_ns, uint32_t number)
{
	bool sends = flow == &play->ours;
	uint32_t gap = number - flow->next, most = SEGMENTS_MOST * flow->mss, len;

	if (!play_is_ahead(flow, number) || (flow->left >= 0 && gap > flow->left))
		return;
	if (flow->left >= 0)
		flow->left -= gap;
	drill_comment(&play->drill, "%u bytes of payload %s, in segments that were not recorded",
		      gap, sends ? "went" : "came");
	if (gap > most) {
		flow->skipped += gap - most;
		drill_comment(&play->drill,
			      "too much to play: %u of them are left out, so %s sequence numbers are so much lower from here on",
			      gap - most, sends ? "our" : "the peer's");
		gap = most;
	}
	for (; gap; gap -= len) {
		len = gap < flow->mss ? gap : flow->mss;
		if (sends)
			send_one(play, t_ns, len);
		else
			receive_one(play, t_ns, len);
	}
}

/**
 * play_last - the recorded number that comes next
 * @flow: one direction
 *
 * Return: the number after all that was played.
 */
uint32_t play_last(const struct play_flow *flow)
{
	return flow->next + flow->isn + flow->skipped;
}

/**
 * play_payload - play payload up to two numbers
 * @play: the script
 * @t_ns: when; if it is not known, as early as can be: now
 * @ours: recorded number up to which we must have sent
 * @theirs: recorded number up to which the peer must have sent
 *
 * Who asked first is not known; the client did, as in most protocols.
 */
void play_payload(struct play *play, int64_t t_ns, uint32_t ours, uint32_t theirs)
{
	unsigned int i;

	if (!play->handshake || play->closed)
		return;
	play_accept(play, t_ns);
	if (play->fd == PLAY_NO_FD)
		return;
	for (i = 0; i < 2; i++) {
		bool sends = play->passive == !!i;

		if (sends && !play->shut)
			play_flow(play, &play->ours, t_ns, play_relative(&play->ours, ours));
		if (!sends)
			play_flow(play, &play->theirs, t_ns,
				  play_relative(&play->theirs, theirs));
	}
}
