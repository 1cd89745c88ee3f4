/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The answers to choose from: the right one, and its neighbours, out of the
 * connection's own numbers.
 */
#ifndef TCPLEDGER_ANSWERS_H
#define TCPLEDGER_ANSWERS_H

#include <stdint.h>

struct chance;
struct question;
struct text;

void answers_make(struct question *question, int64_t right, const int64_t *near,
		  unsigned int near_count, struct chance *chance);
void answers_add(struct text *text, const struct question *question, unsigned int answer);

#endif
