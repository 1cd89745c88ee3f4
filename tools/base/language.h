/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The language of explanations and of the words in pictures. Only messages and
 * characters follow the locale; numbers, JSON, tables and their words never do, nor do
 * terms: states, flags, anomalies.
 */
#ifndef TCPLEDGER_LANGUAGE_H
#define TCPLEDGER_LANGUAGE_H

#include <libintl.h>

#define _(text)		gettext(text)
#define N_(text)	(text)	/* marks a text that is translated later */

void language_set(void);

#endif
