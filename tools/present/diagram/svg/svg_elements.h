/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The elements of SVG that a diagram is made of. Coordinates are pixels of the
 * view box; classes are those of svg_style().
 */
#ifndef TCPLEDGER_SVG_ELEMENTS_H
#define TCPLEDGER_SVG_ELEMENTS_H

struct text;

const char *svg_style(void);
void svg_begin(struct text *out, int width, int height);
void svg_begin_inline(struct text *out, int width, int height, const char *name,
		      const char *classes);
void svg_end(struct text *out);
void svg_words(struct text *out, int x, int y, const char *classes, const char *words);
void svg_words_along(struct text *out, int x, int y, double angle, const char *classes,
		     const char *flags, const char *words);
void svg_line(struct text *out, int x1, int y1, int x2, int y2, const char *classes);
void svg_rect(struct text *out, int x, int y, int width, int height, const char *classes);
void svg_circle(struct text *out, int x, int y, int radius, const char *classes);
void svg_arrowhead(struct text *out, int x, int y, double angle, const char *classes);
void svg_cross(struct text *out, int x, int y, const char *classes);

#endif
