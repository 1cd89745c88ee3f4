/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terms of TCP that this program uses, each in a sentence or two.
 */
#ifndef TCPLEDGER_GLOSSARY_H
#define TCPLEDGER_GLOSSARY_H

#include <stddef.h>

/**
 * struct glossary_term - a term
 * @term: it
 * @meaning: what it means
 * @rule: where that stands, as in struct lesson, or NULL
 */
struct glossary_term {
	const char	*term;
	const char	*meaning;
	const char	*rule;
};

const struct glossary_term *glossary_get(size_t number);

#endif
