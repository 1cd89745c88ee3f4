/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The blocks of a pcapng file (draft-ietf-opsawg-pcapng), in the byte order of
 * this machine. Of a packet only the headers are there: its payload was never
 * recorded.
 */
#ifndef TCPLEDGER_PCAPNG_BLOCK_H
#define TCPLEDGER_PCAPNG_BLOCK_H

#include <stddef.h>
#include <stdint.h>

struct text;

/* Bits 0 and 1 of epb_flags */
#define PCAPNG_IN	1
#define PCAPNG_OUT	2

#define PCAPNG_COMMENT_MOST	65535	/* bytes of one comment */

/**
 * struct pcapng_block_packet - an Enhanced Packet Block
 * @interface: number of its interface, in the order they were written
 * @time_ns: since 1970
 * @headers: what is kept of the packet
 * @kept: bytes of @headers
 * @length: bytes the packet had
 * @direction: PCAPNG_IN or PCAPNG_OUT
 * @comment: UTF-8, cut to PCAPNG_COMMENT_MOST; may be empty
 */
struct pcapng_block_packet {
	uint32_t		interface;
	uint64_t		time_ns;
	const void		*headers;
	uint32_t		kept;
	uint32_t		length;
	uint32_t		direction;
	const struct text	*comment;
};

void pcapng_block_section(struct text *out, const char *comment);
void pcapng_block_interface(struct text *out, const char *name, const struct text *comments);
void pcapng_block_packet(struct text *out, const struct pcapng_block_packet *packet);

#endif
