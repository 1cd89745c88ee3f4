// SPDX-License-Identifier: GPL-2.0
#include "present/diagram/svg/svg_elements.h"

#include "base/escape.h"
#include "base/text.h"

/*
 * Colours are variables, so that the dark half has to name only them. What
 * cannot have variables (an old viewer) still has black on white.
 */
static const char style_sheet[] =
	":root{--paper:#ffffff;--ink:#1f2328;--dim:#656d76;--rule:#d0d7de;--open:#1a7f37;"
	"--opening:#0969da;--closing:#9a6700;--wait:#8250df;--bad:#cf222e;--warn:#9a6700}\n"
	"@media (prefers-color-scheme:dark){:root{--paper:#0d1117;--ink:#e6edf3;--dim:#8d96a0;"
	"--rule:#30363d;--open:#3fb950;--opening:#58a6ff;--closing:#d29922;--wait:#bc8cff;"
	"--bad:#ff7b72;--warn:#d29922}}\n"
	"svg{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;"
	"font-size:13px}\n"
	"text{stroke:var(--paper);stroke-width:4px;stroke-linejoin:round;"
	"paint-order:stroke}\n"
	"text{fill:var(--ink)}\n"
	".paper{fill:var(--paper)}\n"
	".title{font-size:17px;font-weight:600}\n"
	".end{font-weight:600}\n"
	".dim{fill:var(--dim)}\n"
	".small{font-size:11px}\n"
	".time,.label{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',"
	"monospace;font-size:12px}\n"
	".time{fill:var(--dim);font-size:11px}\n"
	".e{text-anchor:end}\n"
	".m{text-anchor:middle}\n"
	".b{font-weight:600}\n"
	".phase{fill:var(--dim);font-weight:600}\n"
	".rule{stroke:var(--rule);stroke-width:1}\n"
	".arrow{stroke:var(--ink);stroke-width:1.6;fill:none}\n"
	".head{fill:var(--ink)}\n"
	".again{stroke-dasharray:7 4}\n"
	".arrow.warn{stroke:var(--warn)}.head.warn,text.warn{fill:var(--warn)}\n"
	".arrow.bad{stroke:var(--bad)}.head.bad,text.bad{fill:var(--bad)}\n"
	".thick{stroke-width:2.8}\n"
	".none{fill:var(--rule)}\n"
	".opening{fill:var(--opening)}\n"
	".open{fill:var(--open)}\n"
	".closing{fill:var(--closing)}\n"
	".wait{fill:var(--wait)}\n"
	".inferred{opacity:.55}\n"
	"text.inferred{opacity:.85;font-style:italic}\n"
	".track{fill:var(--wait);opacity:.22}\n";

/**
 * svg_style - the style sheet of the classes
 *
 * Return: it, as CSS.
 */
const char *svg_style(void)
{
	return style_sheet;
}

/**
 * svg_begin - begin a document
 * @out: text to add to
 * @width: of the view box
 * @height: of the view box
 *
 * <title> and <desc> come next, with the ids title and desc.
 */
void svg_begin(struct text *out, int width, int height)
{
	text_string(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	text_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
		    "width=\"%d\" height=\"%d\" role=\"img\" aria-labelledby=\"title desc\">\n",
		    width, height, width, height);
	text_printf(out, "<style>\n%s</style>\n", style_sheet);
}

/**
 * svg_begin_inline - begin an element of a page that has the style sheet
 * @out: text to add to
 * @width: of the view box
 * @height: of the view box
 * @name: of this drawing in the page, for an id
 * @classes: of the page's style sheet
 *
 * <title> comes next, with the id title- and the name.
 */
void svg_begin_inline(struct text *out, int width, int height, const char *name,
		      const char *classes)
{
	text_printf(out, "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"group\" "
		    "class=\"%s\" aria-labelledby=\"title-%s\">\n",
		    width, height, width, height, classes, name);
}

/**
 * svg_end - end the document
 * @out: text to add to
 */
void svg_end(struct text *out)
{
	text_string(out, "</svg>\n");
}

/**
 * svg_words - write
 * @out: text to add to
 * @x: where they begin; end, end or middle with the class e or m
 * @y: base line
 * @classes: of the style sheet
 * @words: any bytes
 */
void svg_words(struct text *out, int x, int y, const char *classes, const char *words)
{
	text_printf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\">", x, y, classes);
	escape_xml(out, words);
	text_string(out, "</text>\n");
}

/**
 * svg_words_along - write along a slope, around a point
 * @out: text to add to
 * @x: middle of the words
 * @y: base line there
 * @angle: degrees, clockwise
 * @classes: of the style sheet
 * @flags: what is said first and bold
 * @words: what is said next
 */
void svg_words_along(struct text *out, int x, int y, double angle, const char *classes,
		     const char *flags, const char *words)
{
	text_printf(out, "<text x=\"%d\" y=\"%d\" class=\"%s\"", x, y, classes);
	if (angle < -0.05 || angle > 0.05)
		text_printf(out, " transform=\"rotate(%.1f %d %d)\"", angle, x, y);
	text_string(out, "><tspan class=\"b\">");
	escape_xml(out, flags);
	text_string(out, "</tspan> ");
	escape_xml(out, words);
	text_string(out, "</text>\n");
}

/**
 * svg_line - draw a line
 * @out: text to add to
 * @x1: beginning
 * @y1: beginning
 * @x2: end
 * @y2: end
 * @classes: of the style sheet
 */
void svg_line(struct text *out, int x1, int y1, int x2, int y2, const char *classes)
{
	text_printf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"/>\n",
		    x1, y1, x2, y2, classes);
}

/**
 * svg_rect - fill a rectangle
 * @out: text to add to
 * @x: left
 * @y: top
 * @width: its width
 * @height: its height
 * @classes: of the style sheet
 */
void svg_rect(struct text *out, int x, int y, int width, int height, const char *classes)
{
	text_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" class=\"%s\"/>\n",
		    x, y, width, height, classes);
}

/**
 * svg_circle - fill a circle
 * @out: text to add to
 * @x: middle
 * @y: middle
 * @radius: its radius
 * @classes: of the style sheet
 */
void svg_circle(struct text *out, int x, int y, int radius, const char *classes)
{
	text_printf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" class=\"%s\"/>\n", x, y, radius,
		    classes);
}

/**
 * svg_arrowhead - draw the head of an arrow
 * @out: text to add to
 * @x: its tip
 * @y: its tip
 * @angle: where it points, degrees clockwise from the right
 * @classes: of the style sheet
 */
void svg_arrowhead(struct text *out, int x, int y, double angle, const char *classes)
{
	text_printf(out, "<path d=\"M0 0L-11 -5L-8 0L-11 5Z\" class=\"%s\" "
		    "transform=\"translate(%d %d) rotate(%.1f)\"/>\n", classes, x, y, angle);
}

/**
 * svg_cross - cross out an arrow's end
 * @out: text to add to
 * @x: middle
 * @y: middle
 * @classes: of the style sheet
 */
void svg_cross(struct text *out, int x, int y, const char *classes)
{
	text_printf(out, "<path d=\"M-6 -6L6 6M-6 6L6 -6\" class=\"%s\" "
		    "transform=\"translate(%d %d)\"/>\n", classes, x, y);
}
