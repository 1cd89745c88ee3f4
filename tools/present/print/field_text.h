/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fields of a record as people read them.
 */
#ifndef TCPLEDGER_FIELD_TEXT_H
#define TCPLEDGER_FIELD_TEXT_H

#include <stdbool.h>

struct field;
struct tcpledger_record;
struct text;
struct words;

const struct words *field_text_words(const struct field *field);
void field_text(struct text *text, const struct field *field, const struct tcpledger_record *r);
void field_text_duration(struct text *text, const struct field *field,
			 const struct tcpledger_record *r);

#endif
