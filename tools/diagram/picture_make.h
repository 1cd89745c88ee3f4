/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The picture of a connection, made from the record of one end or of both.
 */
#ifndef TCPLEDGER_PICTURE_MAKE_H
#define TCPLEDGER_PICTURE_MAKE_H

#include <stdbool.h>

struct picture;
struct record;

void picture_make(struct picture *picture, const struct record *record,
		  const struct record *peer, bool absolute);

#endif
