// SPDX-License-Identifier: GPL-2.0
#include "present/report/redact.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/record.h"

#define KEY_LEN	17	/* an address with its family; a name is shorter */

/**
 * struct aliases - what was replaced, in the order of its first appearance
 * @keys: the values
 * @count: how many
 * @room: how many fit
 * @table: their numbers plus one, by hash; 0 is a free place
 * @size: of the table, a power of two
 */
struct aliases {
	uint8_t		(*keys)[KEY_LEN];
	size_t		count;
	size_t		room;
	uint32_t	*table;
	size_t		size;
};

static size_t hash_of(const uint8_t *key)
{
	uint64_t hash = 0xcbf29ce484222325ULL;
	unsigned int i;

	for (i = 0; i < KEY_LEN; i++)
		hash = (hash ^ key[i]) * 0x100000001b3ULL;
	return (size_t)(hash ^ hash >> 32);
}

static void enter(struct aliases *aliases, size_t number)
{
	size_t at = hash_of(aliases->keys[number]) & (aliases->size - 1);

	while (aliases->table[at])
		at = (at + 1) & (aliases->size - 1);
	aliases->table[at] = (uint32_t)number + 1;
}

static void widen(struct aliases *aliases)
{
	size_t i;

	free(aliases->table);
	aliases->size = aliases->size ? 2 * aliases->size : 256;
	aliases->table = memory_new(aliases->size, sizeof(*aliases->table));
	for (i = 0; i < aliases->count; i++)
		enter(aliases, i);
}

/* The number of a value, from 0. */
static uint32_t number_of(struct aliases *aliases, const uint8_t key[KEY_LEN])
{
	size_t at;

	if (2 * aliases->count >= aliases->size)
		widen(aliases);
	at = hash_of(key) & (aliases->size - 1);
	for (; aliases->table[at]; at = (at + 1) & (aliases->size - 1))
		if (!memcmp(aliases->keys[aliases->table[at] - 1], key, KEY_LEN))
			return aliases->table[at] - 1;
	aliases->keys = memory_grow(aliases->keys, aliases->count, &aliases->room,
				    sizeof(*aliases->keys));
	memcpy(aliases->keys[aliases->count], key, KEY_LEN);
	enter(aliases, aliases->count);
	return (uint32_t)aliases->count++;
}

/*
 * IPv4: 192.0.2.1 and on, which are for documentation; then 198.18.0.0/15, for
 * benchmarks; then 240.0.0.0/4, which nobody has. IPv6: 2001:db8::1 and on.
 */
static void make_address(uint8_t address[16], bool ipv6, uint32_t number)
{
	static const uint8_t documentation[] = { 0x20, 0x01, 0x0d, 0xb8 };
	uint32_t value = ipv6 ? number + 1 : number < 254 ? 0xc0000201 + number :
			 number < 0x20000 ? 0xc6120000 + number : 0xf0000000 + number;
	uint8_t *at = ipv6 ? address + 12 : address;

	memset(address, 0, 16);
	if (ipv6)
		memcpy(address, documentation, sizeof(documentation));
	at[0] = (uint8_t)(value >> 24);
	at[1] = (uint8_t)(value >> 16);
	at[2] = (uint8_t)(value >> 8);
	at[3] = (uint8_t)value;
}

static void redact_address(struct aliases *aliases, uint8_t address[16], bool ipv6)
{
	uint8_t key[KEY_LEN] = { ipv6 };

	memcpy(key + 1, address, 16);
	make_address(address, ipv6, number_of(aliases, key));
}

/* A name that is not known stays so. Nothing is left behind the end of one either. */
static void redact_name(struct aliases *aliases, char *name, char raw[TCPLEDGER_COMM_LEN])
{
	uint8_t key[KEY_LEN] = { 0 };

	memset(raw, 0, TCPLEDGER_COMM_LEN);
	if (!*name)
		return;
	memcpy(key, name, strlen(name));
	snprintf(name, TCPLEDGER_COMM_LEN, "program-%u", number_of(aliases, key) + 1);
	memcpy(raw, name, strlen(name));
}

/**
 * redact - replace addresses and names
 * @records: the records
 * @count: how many
 */
void redact(struct record *records, size_t count)
{
	struct aliases ipv4 = { 0 }, ipv6 = { 0 }, names = { 0 };
	struct aliases *all[] = { &ipv4, &ipv6, &names };
	size_t i;

	for (i = 0; i < count; i++) {
		struct tcpledger_record *r = &records[i].fixed;
		bool is_ipv6 = r->flags & TCPLEDGER_REC_IPV6;
		struct aliases *addresses = is_ipv6 ? &ipv6 : &ipv4;

		redact_address(addresses, r->local, is_ipv6);
		redact_address(addresses, r->remote, is_ipv6);
		redact_name(&names, records[i].comm, r->comm);
		redact_name(&names, records[i].closer_comm, r->closer_comm);
	}
	for (i = 0; i < 3; i++) {
		free(all[i]->keys);
		free(all[i]->table);
	}
}
