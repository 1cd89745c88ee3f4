// SPDX-License-Identifier: GPL-2.0
#include "base/sha256.h"

#include <stdint.h>
#include <string.h>

#define BLOCK	64

static const uint32_t rounds[BLOCK] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t turn(uint32_t word, unsigned int by)
{
	return word >> by | word << (32 - by);
}

static void schedule(uint32_t w[BLOCK], const unsigned char *block)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
		       (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
	for (; i < BLOCK; i++) {
		uint32_t s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
		uint32_t s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;

		w[i] = w[i - 16] + s0 + w[i - 7] + s1;
	}
}

static void take_block(uint32_t state[8], const unsigned char *block)
{
	uint32_t w[BLOCK], v[8];
	unsigned int i;

	schedule(w, block);
	memcpy(v, state, sizeof(v));
	for (i = 0; i < BLOCK; i++) {
		uint32_t s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25);
		uint32_t s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22);
		uint32_t one = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + rounds[i] + w[i];
		uint32_t two = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));

		memmove(v + 1, v, 7 * sizeof(*v));
		v[4] += one;
		v[0] = one + two;
	}
	for (i = 0; i < 8; i++)
		state[i] += v[i];
}

/* The last bytes, a one, zeros, and the length in bits: one block or two. */
static void take_end(uint32_t state[8], const unsigned char *rest, size_t len)
{
	unsigned char blocks[2 * BLOCK] = { 0 };
	size_t left = len % BLOCK, size = left < BLOCK - 8 ? BLOCK : 2 * BLOCK, i;

	if (left)
		memcpy(blocks, rest, left);
	blocks[left] = 0x80;
	for (i = 0; i < 8; i++)
		blocks[size - 1 - i] = (unsigned char)((uint64_t)len * 8 >> 8 * i);
	take_block(state, blocks);
	if (size > BLOCK)
		take_block(state, blocks + BLOCK);
}

/**
 * sha256 - the digest of bytes
 * @bytes: the bytes
 * @len: how many
 * @digest: set to it
 */
void sha256(const void *bytes, size_t len, unsigned char digest[SHA256_LEN])
{
	uint32_t state[8] = {
		0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
	};
	const unsigned char *at = bytes;
	size_t i;

	for (i = 0; i + BLOCK <= len; i += BLOCK)
		take_block(state, at + i);
	take_end(state, at + i, len);
	for (i = 0; i < SHA256_LEN; i++)
		digest[i] = (unsigned char)(state[i / 4] >> (24 - 8 * (i % 4)));
}
