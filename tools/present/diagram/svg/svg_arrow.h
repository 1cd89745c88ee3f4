/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A segment in an SVG drawing: its arrow, and what it is in words along that.
 */
#ifndef TCPLEDGER_SVG_ARROW_H
#define TCPLEDGER_SVG_ARROW_H

struct diagram_arrow;
struct svg;

void svg_arrow_line(struct svg *svg, const struct diagram_arrow *arrow);
void svg_arrow_label(struct svg *svg, const struct diagram_arrow *arrow);

#endif
