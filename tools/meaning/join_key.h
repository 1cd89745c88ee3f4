/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How the two ends of one connection find each other when they were recorded on two
 * machines: both know the two initial sequence numbers, which no NAT changes and no
 * stranger knows. So that none leaves the machine, a hash of them does, under a key
 * that the machines share.
 */
#ifndef TCPLEDGER_JOIN_KEY_H
#define TCPLEDGER_JOIN_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record;

#define JOIN_KEY_LEAST	32	/* bytes of a key */
#define JOIN_KEY_MOST	4096
#define JOIN_HASH_ROOM	33	/* 128 bits as hexadecimal digits, the end */

/**
 * struct join_key - the key, without the line break at its end
 * @bytes: it
 * @len: its length; 0 if there is none
 */
struct join_key {
	uint8_t	bytes[JOIN_KEY_MOST];
	size_t	len;
};

int join_key_read(struct join_key *key, const char *path);
void join_key_hash(const struct join_key *key, const struct record *record,
		   char hash[JOIN_HASH_ROOM]);

#endif
