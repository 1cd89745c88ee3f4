/* SPDX-License-Identifier: GPL-2.0 */
/* Packets that no well-behaved host sends: one rule broken in each. */
#ifndef TCPLEDGER_SELFTEST_SPOIL_H
#define TCPLEDGER_SELFTEST_SPOIL_H

#include "lib/base/packet.h"

#define SPOILED_MAX	2048	/* bytes of one packet */

/**
 * struct spoiled - what one spoiled segment becomes
 * @n: how many packets, 0 where the rule is none of the family
 * @len: their lengths
 * @data: the packets, to be sent in this order
 */
struct spoiled {
	unsigned int n;
	size_t len[4];
	uint8_t data[4][SPOILED_MAX];
};

unsigned int spoil_rules(void);
const char *spoil_name(unsigned int rule);
void spoil(unsigned int rule, const struct segment *seg, struct spoiled *out);
size_t spoil_at_random(uint64_t *seed, uint8_t *data, size_t len);

#endif
