// SPDX-License-Identifier: GPL-2.0
#include "learn/quiz/chance.h"

#include <sys/random.h>
#include <time.h>

/**
 * chance_seed - a seed that nobody chose
 *
 * Return: it.
 */
uint64_t chance_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) == sizeof(seed))
		return seed;
	return (uint64_t)time(NULL);
}

/* SplitMix64 by Sebastiano Vigna, in the public domain. */
static uint64_t next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/**
 * chance_below - the next number
 * @chance: the generator
 * @end: not 0
 *
 * Return: 0 to @end - 1.
 */
unsigned int chance_below(struct chance *chance, unsigned int end)
{
	return (unsigned int)(next(chance) % end);
}
