/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a record says beyond its segments, in words that go with a segment:
 * its state changes, what was odd, and the verdict.
 */
#ifndef TCPLEDGER_COMMENT_H
#define TCPLEDGER_COMMENT_H

#include <stdbool.h>

struct record;
struct text;

bool comment_has_segment(const struct record *record);
void comment_segment(struct text *out, const struct record *record, int segment);
void comment_record(struct text *out, const struct record *record);

#endif
