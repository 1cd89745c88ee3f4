/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A diagram drawn as SVG: for reports and slides, light and dark, without
 * scripts. Text stays text.
 */
#ifndef TCPLEDGER_SVG_H
#define TCPLEDGER_SVG_H

#include <stdbool.h>

struct diagram;
struct text;

void svg_draw(const struct diagram *diagram, bool wall, struct text *text);
void svg_draw_inline(const struct diagram *diagram, const char *name, struct text *text);

#endif
