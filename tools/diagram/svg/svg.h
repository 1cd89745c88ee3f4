/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A picture drawn as SVG: for reports and slides, light and dark, without
 * scripts. Text stays text.
 */
#ifndef TCPLEDGER_SVG_H
#define TCPLEDGER_SVG_H

#include <stdbool.h>

struct picture;
struct text;

void svg_draw(const struct picture *picture, bool wall, struct text *text);

#endif
