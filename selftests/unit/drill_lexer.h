/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The words of packetdrill's script language, after its published grammar
 * (gtests/net/packetdrill/lexer.l): the longest match counts, white space and
 * comments do not.
 */
#ifndef TCPLEDGER_DRILL_LEXER_H
#define TCPLEDGER_DRILL_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_END,
	TOKEN_ELLIPSIS,
	TOKEN_OPTION,		/* --name */
	TOKEN_FLOAT,
	TOKEN_INTEGER,
	TOKEN_HEX,
	TOKEN_WORD,		/* not a reserved one */
	TOKEN_RESERVED,
	TOKEN_STRING,
	TOKEN_COMMAND,		/* between back quotes */
	TOKEN_CHAR,		/* any other character stands for itself */
};

/**
 * struct token - a word
 * @kind: what it is
 * @text: where it begins
 * @len: its length
 * @line: its line, from 1
 */
struct token {
	enum token_kind	kind;
	const char	*text;
	size_t		len;
	unsigned int	line;
};

/**
 * struct lexer - where the reading has come to
 * @at: next character
 * @line: its line
 */
struct lexer {
	const char	*at;
	unsigned int	line;
};

struct token lexer_next(struct lexer *lexer);
bool token_is(const struct token *token, const char *text);

#endif
