// SPDX-License-Identifier: GPL-2.0
#include "present/export/pcapng/pcapng_block.h"

#include <string.h>
#include <sys/utsname.h>

#include "base/text.h"

/* Block types and options (draft-ietf-opsawg-pcapng, sections 4.1 to 4.3) */
#define BLOCK_SECTION		0x0a0d0d0a
#define BLOCK_INTERFACE		1
#define BLOCK_PACKET		6

#define BYTE_ORDER_MAGIC	0x1a2b3c4d

#define OPT_END			0
#define OPT_COMMENT		1
#define SHB_HARDWARE		2
#define SHB_OS			3
#define SHB_USERAPPL		4
#define IF_NAME			2
#define IF_TSRESOL		9
#define EPB_FLAGS		2

#define TSRESOL_NS		9	/* ten to the power of -9 seconds */
#define LINKTYPE_RAW		101	/* IPv4 or IPv6, told by its version field */

static void add16(struct text *out, uint16_t value)
{
	text_bytes(out, &value, sizeof(value));
}

static void add32(struct text *out, uint32_t value)
{
	text_bytes(out, &value, sizeof(value));
}

static void pad(struct text *out, size_t len)
{
	text_repeat(out, '\0', -len & 3);
}

/* Returns where the block begins, for end_block(). */
static size_t begin_block(struct text *out, uint32_t type)
{
	size_t start = out->len;

	add32(out, type);
	add32(out, 0);		/* length, known at the end */
	return start;
}

static void end_block(struct text *out, size_t start)
{
	uint32_t length = (uint32_t)(out->len - start + sizeof(length));

	add32(out, length);
	memcpy(out->bytes + start + sizeof(uint32_t), &length, sizeof(length));
}

static void add_option(struct text *out, uint16_t code, const void *bytes, size_t len)
{
	add16(out, code);
	add16(out, (uint16_t)len);
	text_bytes(out, bytes, len);
	pad(out, len);
}

static void add_string(struct text *out, uint16_t code, const char *string)
{
	add_option(out, code, string, strlen(string));
}

/* A cut falls between two characters of UTF-8. */
static void add_comment(struct text *out, const char *comment, size_t len)
{
	if (len > PCAPNG_COMMENT_MOST) {
		len = PCAPNG_COMMENT_MOST;
		while (len && ((unsigned char)comment[len] & 0xc0) == 0x80)
			len--;
	}
	if (len)
		add_option(out, OPT_COMMENT, comment, len);
}

static void end_options(struct text *out)
{
	add16(out, OPT_END);
	add16(out, 0);
}

/**
 * pcapng_block_section - the Section Header Block, which comes first
 * @out: where to write
 * @comment: what a reader should know of the whole
 */
void pcapng_block_section(struct text *out, const char *comment)
{
	size_t start = begin_block(out, BLOCK_SECTION);
	struct utsname name;

	add32(out, BYTE_ORDER_MAGIC);
	add16(out, 1);		/* version 1.0 */
	add16(out, 0);
	add32(out, UINT32_MAX);	/* length of the section: not told */
	add32(out, UINT32_MAX);
	add_string(out, OPT_COMMENT, comment);
	if (!uname(&name)) {
		char os[sizeof(name.sysname) + sizeof(name.release) + 1];
		size_t len = strlen(name.sysname);

		memcpy(os, name.sysname, len);
		os[len] = ' ';
		strcpy(os + len + 1, name.release);
		add_string(out, SHB_HARDWARE, name.machine);
		add_string(out, SHB_OS, os);
	}
	add_string(out, SHB_USERAPPL, "tcpledger " TCPLEDGER_RELEASE);
	end_options(out);
	end_block(out, start);
}

/**
 * pcapng_block_interface - an Interface Description Block
 * @out: where to write
 * @name: name of the interface
 * @comments: any number of comments in UTF-8, each with a NUL after it
 */
void pcapng_block_interface(struct text *out, const char *name, const struct text *comments)
{
	static const uint8_t resolution = TSRESOL_NS;
	size_t start = begin_block(out, BLOCK_INTERFACE), at, len;

	add16(out, LINKTYPE_RAW);
	add16(out, 0);		/* reserved */
	add32(out, 0);		/* no limit to the length of a packet */
	for (at = 0; at < comments->len; at += len + 1) {
		len = strlen(comments->bytes + at);
		add_comment(out, comments->bytes + at, len);
	}
	add_string(out, IF_NAME, name);
	add_option(out, IF_TSRESOL, &resolution, sizeof(resolution));
	end_options(out);
	end_block(out, start);
}

/**
 * pcapng_block_packet - an Enhanced Packet Block
 * @out: where to write
 * @packet: the packet
 */
void pcapng_block_packet(struct text *out, const struct pcapng_block_packet *packet)
{
	size_t start = begin_block(out, BLOCK_PACKET);

	add32(out, packet->interface);
	add32(out, (uint32_t)(packet->time_ns >> 32));
	add32(out, (uint32_t)packet->time_ns);
	add32(out, packet->kept);
	add32(out, packet->length);
	text_bytes(out, packet->headers, packet->kept);
	pad(out, packet->kept);
	add_comment(out, packet->comment->bytes, packet->comment->len);
	add_option(out, EPB_FLAGS, &packet->direction, sizeof(packet->direction));
	end_options(out);
	end_block(out, start);
}
