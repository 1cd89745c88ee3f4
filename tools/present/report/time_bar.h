/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The states of an end one after the other, each as long as the logarithm of its
 * duration, so that 30 us of handshake and 60 s of 2MSL can both be seen.
 */
#ifndef TCPLEDGER_TIME_BAR_H
#define TCPLEDGER_TIME_BAR_H

#include <stdbool.h>

struct record;
struct text;

bool time_bar_add(struct text *page, const struct record *record, const char *name);

#endif
