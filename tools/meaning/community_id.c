// SPDX-License-Identifier: GPL-2.0
#include "meaning/community_id.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <netinet/in.h>
#include <nettle/base64.h>
#include <nettle/sha1.h>

#include <linux/tcpledger.h>

static void add_port(struct sha1_ctx *hash, uint16_t port)
{
	const uint8_t bytes[] = { (uint8_t)(port >> 8), (uint8_t)port };

	sha1_update(hash, sizeof(bytes), bytes);
}

/**
 * community_id - the Community ID of a connection, with the seed 0
 * @r: either end of it
 * @id: set to the word
 *
 * The lower of the two ends comes first, so that both make the same.
 */
void community_id(const struct tcpledger_record *r, char id[COMMUNITY_ID_ROOM])
{
	static const uint8_t seed[2], protocol[] = { IPPROTO_TCP, 0 };
	size_t len = r->flags & TCPLEDGER_REC_IPV6 ? 16 : 4;
	int order = memcmp(r->local, r->remote, len);
	bool local_first = order < 0 || (!order && r->lport < r->rport);
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx hash;

	_Static_assert(COMMUNITY_ID_ROOM > 2 + BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE),
		       "no room for a Community ID");
	sha1_init(&hash);
	sha1_update(&hash, sizeof(seed), seed);
	sha1_update(&hash, len, local_first ? r->local : r->remote);
	sha1_update(&hash, len, local_first ? r->remote : r->local);
	sha1_update(&hash, sizeof(protocol), protocol);
	add_port(&hash, local_first ? r->lport : r->rport);
	add_port(&hash, local_first ? r->rport : r->lport);
	sha1_digest(&hash, sizeof(digest), digest);
	memset(id, 0, COMMUNITY_ID_ROOM);
	memcpy(id, "1:", 2);
	base64_encode_raw(id + 2, sizeof(digest), digest);
}
