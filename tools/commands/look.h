/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How a ladder diagram is to look: by the options, the locale and the terminal.
 */
#ifndef TCPLEDGER_LOOK_H
#define TCPLEDGER_LOOK_H

#include "present/diagram/text/ladder.h"

struct options;

struct ladder_look look_of(const struct options *options);

#endif
