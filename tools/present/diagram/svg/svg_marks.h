/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What in an inline drawing belongs together, so that a page can mark it: an
 * arrow, the states that it brought about, and the words on that step. Each has
 * the names of its groups in data-g: those of a step of the left log
 * (meaning/step_groups.h), or "r" and the number of an entry that only the right log has.
 */
#ifndef TCPLEDGER_SVG_MARKS_H
#define TCPLEDGER_SVG_MARKS_H

#include <stdbool.h>

struct diagram_arrow;
struct diagram_stay;
struct svg;

void svg_marks_arrow(struct svg *svg, const struct diagram_arrow *arrow, bool stops);
void svg_marks_stay(struct svg *svg, const struct diagram_stay *stay);
void svg_marks_end(struct svg *svg);

#endif
