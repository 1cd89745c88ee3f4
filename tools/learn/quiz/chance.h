/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers by chance, which a seed makes the same on every machine.
 */
#ifndef TCPLEDGER_CHANCE_H
#define TCPLEDGER_CHANCE_H

#include <stdint.h>

/**
 * struct chance - a generator
 * @state: its state; the seed at first
 */
struct chance {
	uint64_t	state;
};

uint64_t chance_seed(void);
unsigned int chance_below(struct chance *chance, unsigned int end);

#endif
