/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of a diagram that its drawings have in common, in ASCII.
 */
#ifndef TCPLEDGER_LABEL_H
#define TCPLEDGER_LABEL_H

#include <stdint.h>

#include "present/diagram/diagram.h"

struct text;

/* What a diagram has that wants an explanation; bits. */
#define LABEL_INFERRED		0x01
#define LABEL_RETRANSMITTED	0x02
#define LABEL_LOST		0x04
#define LABEL_REFUSED		0x08
#define LABEL_NOT_TCP		0x10
#define LABEL_UNSEEN		0x20
#define LABEL_PAUSE		0x40
#define LABEL_RELATIVE		0x80
#define LABEL_TERSE		0x100
#define LABEL_END		0x200

void label_flags(struct text *text, unsigned int flags);
void label_numbers(struct text *text, const struct diagram_arrow *arrow, bool terse);
void label_arrow(struct text *text, const struct diagram_arrow *arrow, bool terse);
unsigned int label_longest(const struct diagram *diagram);
const char *label_comma(void);
const char *label_remark(const struct diagram_arrow *arrow);
void label_lasted(struct text *text, const struct diagram_stay *stay);
void label_state(struct text *text, const struct diagram_stay *stay);
void label_wait(struct text *text, const struct diagram *diagram, enum diagram_side side);
int64_t label_wait_scale(const struct diagram_end *end, int64_t *done_ns);
void label_isn(struct text *text, const struct diagram_end *end);
void label_endpoint(struct text *text, const struct diagram *diagram, enum diagram_side side);
unsigned int label_used(const struct diagram *diagram);
const char *label_legend(unsigned int bit);

#endif
