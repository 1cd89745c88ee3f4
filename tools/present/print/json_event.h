/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Events as lines of JSON.
 */
#ifndef TCPLEDGER_JSON_EVENT_H
#define TCPLEDGER_JSON_EVENT_H

#include <stdbool.h>

struct frame;
struct replay_record;

bool json_event(const struct frame *frame, const struct replay_record *r);

#endif
