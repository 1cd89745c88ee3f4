/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Bytes of strangers (names of programs, of files) made harmless for a
 * terminal and valid for JSON and XML.
 */
#ifndef TCPLEDGER_ESCAPE_H
#define TCPLEDGER_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

struct text;

bool escape_is_utf8(void);
size_t escape_terminal(struct text *text, const char *name);
void escape_utf8(struct text *text, const char *name);
void escape_markup(struct text *text, const char *words);
void escape_xml(struct text *text, const char *name);

#endif
