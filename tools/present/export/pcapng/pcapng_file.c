// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/pcapng_file.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/escape.h"
#include "base/fail.h"
#include "base/file.h"
#include "base/memory.h"
#include "present/export/pcapng/comment.h"
#include "present/export/pcapng/headers.h"
#include "present/export/pcapng/packet.h"
#include "present/export/pcapng/pcapng_block.h"
#include "present/export/pcapng/packet_list.h"
#include "read/record.h"

#define TIMESTAMPS_LEN	12	/* of each segment, with their padding */

/* Wireshark takes no block longer than 16 MB. */
#define COMMENTS_MOST	(8 * 1024 * 1024)

static const char section_comment[] =
	"Rebuilt by tcpledger from its records of TCP handshakes and teardowns, not captured.\n"
	"One interface is one network namespace; a segment whose sender and receiver are both "
	"in it stands once, as it was sent.\n"
	"Recorded: time, addresses, ports, TTL, flags, sequence and acknowledgment number, "
	"window, length; of the first SYNs also MSS, window scale, SACK and timestamps permitted.\n"
	"Not recorded, and zero here: type of service, identification, fragment flags and options "
	"of IP, flow label, urgent pointer, values of timestamps.\n"
	"Not recorded, and missing here: payload (a segment is cut off after its headers; its TCP "
	"checksum is that of zeros), options of segments other than the first SYNs, and the "
	"segments of an open connection: where there was payload, one segment stands in for it "
	"and says so.";

/**
 * struct interfaces - the namespaces
 * @netns: their inode numbers, sorted
 * @count: how many
 */
struct interfaces {
	uint32_t	*netns;
	size_t		count;
};

static int compare_netns(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void find_interfaces(struct interfaces *interfaces, const struct packet_list *list)
{
	size_t i, kept = 0;

	interfaces->netns = memory_new(list->count, sizeof(uint32_t));
	for (i = 0; i < list->count; i++)
		interfaces->netns[i] = list->records[i]->fixed.netns;
	qsort(interfaces->netns, list->count, sizeof(uint32_t), compare_netns);
	for (i = 0; i < list->count; i++)
		if (!kept || interfaces->netns[kept - 1] != interfaces->netns[i])
			interfaces->netns[kept++] = interfaces->netns[i];
	interfaces->count = kept;
}

static uint32_t interface_of(const struct interfaces *interfaces, uint32_t netns)
{
	const uint32_t *found = bsearch(&netns, interfaces->netns, interfaces->count,
					sizeof(netns), compare_netns);

	return (uint32_t)(found - interfaces->netns);
}

/* Records without a segment, as comments on their namespace. */
static void describe_interface(struct text *comments, const struct packet_list *list,
			       uint32_t netns)
{
	struct text comment = { 0 };
	unsigned long long more = 0;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct record *record = list->records[i];

		if (record->fixed.netns != netns || comment_has_segment(record))
			continue;
		if (comments->len > COMMENTS_MOST) {
			more++;
			continue;
		}
		comment.len = 0;
		comment_record(&comment, record);
		text_bytes(comments, comment.bytes, comment.len);
		text_char(comments, '\0');
	}
	if (more) {
		text_printf(comments, "%llu more records have no segment; see 'tcpledger list'",
			    more);
		text_char(comments, '\0');
	}
	text_free(&comment);
}

static void write_interfaces(struct text *out, const struct interfaces *interfaces,
			     const struct packet_list *list)
{
	struct text comments = { 0 };
	size_t i;

	for (i = 0; i < interfaces->count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "netns:%u", interfaces->netns[i]);
		comments.len = 0;
		describe_interface(&comments, list, interfaces->netns[i]);
		pcapng_block_interface(out, name, &comments);
	}
	text_free(&comments);
}

/* The options of a SYN are known if it is the one the record remembers. */
static void add_options(struct headers *h, const struct tcpledger_record *r, bool out)
{
	int64_t isn = out ? r->local_isn : r->remote_isn;
	int mss = out ? r->local_mss : r->remote_mss;

	if (!(h->flags & TCPLEDGER_SYN) || isn != (int64_t)h->seq)
		return;
	h->mss = mss >= 0 && mss <= UINT16_MAX ? mss : -1;
	h->wscale = out ? r->local_wscale : r->remote_wscale;
	h->sack = r->sack == 1;
	h->timestamps = r->timestamps == 1;
}

static void describe_headers(struct headers *h, const struct packet *packet)
{
	const struct record *record = packet->sender ? packet->sender : packet->receiver;
	const struct tcpledger_record *r = &record->fixed;
	const struct tcpledger_entry *e = &packet->entry;
	bool out = packet->sender;

	*h = (struct headers){
		.ipv6 = r->flags & TCPLEDGER_REC_IPV6,
		.source = out ? r->local : r->remote,
		.destination = out ? r->remote : r->local,
		.sport = out ? r->lport : r->rport,
		.dport = out ? r->rport : r->lport,
		.seq = e->seq,
		.ack = e->ack,
		.len = e->len,
		.win = e->win,
		.flags = e->flags,
		.ttl = e->ttl,
		.mss = -1,
		.wscale = -1,
	};
	add_options(h, r, out);
}

/*
 * The payload of each packet but the last. A logged segment stays whole where IP
 * can say its length. What stands in is as many whole segments as IP can say, as
 * in a capture on a host whose network card cuts them.
 */
static uint32_t piece_most(const struct headers *h, const struct tcpledger_record *r,
			   bool fills_gap)
{
	int64_t mss = r->local_mss < r->remote_mss ? r->local_mss : r->remote_mss;
	uint32_t room = headers_room(h);

	if (r->timestamps == 1)
		mss -= TIMESTAMPS_LEN;
	return fills_gap && mss > 0 && mss <= room ? room - room % (uint32_t)mss : room;
}

static void describe_packet(struct text *comment, const struct packet *packet,
			    uint32_t piece, uint32_t pieces)
{
	comment->len = 0;
	if (packet->fills_gap && piece > 1) {
		text_printf(comment, "stands in too, packet %u of %u", piece, pieces);
		return;
	}
	if (packet->fills_gap) {
		text_printf(comment,
			    "stands in for %u bytes of payload that were not recorded: they were sent in segments of unknown size at unknown times before this",
			    packet->entry.len);
		if (pieces > 1)
			text_printf(comment, "; packet 1 of %u", pieces);
		return;
	}
	if (pieces > 1)
		text_printf(comment, "packet %u of %u of a segment of %u bytes%s", piece, pieces,
			    packet->entry.len, piece < pieces ? "" : "\n");
	if (piece < pieces)
		return;
	if (packet->sender)
		comment_segment(comment, packet->sender, packet->out);
	if (packet->receiver)
		comment_segment(comment, packet->receiver, packet->in);
}

/*
 * A packet, or as many as it takes: there is one SYN, and what ends the data is
 * with the last of it.
 */
static int write_packet(struct file *file, const struct interfaces *interfaces,
			const struct packet *packet, struct text *comment,
			unsigned long long *packets)
{
	const struct record *record = packet->sender ? packet->sender : packet->receiver;
	struct headers headers;
	uint32_t most, pieces, piece;
	int status = FAIL_NONE;

	describe_headers(&headers, packet);
	most = piece_most(&headers, &record->fixed, packet->fills_gap);
	pieces = headers.len > most ? (headers.len - 1) / most + 1 : 1;
	for (piece = 1; piece <= pieces && !status; piece++) {
		uint8_t bytes[HEADERS_MOST];
		struct pcapng_block_packet p;

		headers.len = piece < pieces ? most : packet->entry.len - (pieces - 1) * most;
		headers.flags = packet->entry.flags;
		if (piece > 1)
			headers.flags &= (uint8_t)~(TCPLEDGER_SYN | TCPLEDGER_CWR);
		if (piece < pieces)
			headers.flags &= (uint8_t)~(TCPLEDGER_FIN | TCPLEDGER_PSH);
		describe_packet(comment, packet, piece, pieces);
		p = (struct pcapng_block_packet){
			.interface = interface_of(interfaces, record->fixed.netns),
			.time_ns = (uint64_t)packet->time_ns,
			.headers = bytes,
			.kept = (uint32_t)headers_build(&headers, bytes),
			.direction = packet->sender ? PCAPNG_OUT : PCAPNG_IN,
			.comment = comment,
		};
		p.length = p.kept + headers.len;
		pcapng_block_packet(&file->text, &p);
		++*packets;
		headers.seq += headers.len + !!(headers.flags & TCPLEDGER_SYN);
		status = file_flush(file, FILE_PIECE);
	}
	return status;
}

/**
 * pcapng_file_write - write all packets as pcapng
 * @file: an open file
 * @list: the packets
 * @packets: set to how many it took
 *
 * Return: 0, or an exit status with the error reported.
 */
int pcapng_file_write(struct file *file, const struct packet_list *list,
		      unsigned long long *packets)
{
	struct text comment = { 0 };
	struct interfaces interfaces;
	int status = FAIL_NONE;
	size_t i;

	*packets = 0;
	find_interfaces(&interfaces, list);
	pcapng_block_section(&file->text, section_comment);
	write_interfaces(&file->text, &interfaces, list);
	for (i = 0; i < list->packet_count && !status; i++)
		status = write_packet(file, &interfaces, &list->packets[i], &comment, packets);
	free(interfaces.netns);
	text_free(&comment);
	return status;
}
