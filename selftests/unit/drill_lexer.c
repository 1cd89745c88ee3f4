// SPDX-License-Identifier: GPL-2.0
#include "drill_lexer.h"

#include <ctype.h>
#include <string.h>

#include "base/compiler.h"

static const char *const reserved[] = {
	"sa_family", "sin_port", "sin_addr", "msg_name", "msg_iov", "msg_flags", "msg_control",
	"cmsg_data", "cmsg_level", "cmsg_type", "ee_errno", "ee_origin", "ee_type", "ee_code",
	"ee_info", "ee_data", "scm_sec", "scm_nsec", "fd", "u32", "u64", "ptr", "events",
	"revents", "onoff", "linger", "htons", "ipv4", "ipv6", "icmp", "udp", "GREv0", "gre",
	"raw", "sum", "off", "key", "seq", "none", "checksum", "present", "mpls", "label", "tc",
	"ttl", "inet_addr", "inet6_addr", "ack", "eol", "ecr", "mss", "mtu", "nop", "sack",
	"sackOK", "md5", "TS", "FO", "FOEXP", "tos", "flowlabel", "flags", "Flags", "val", "win",
	"urg", "wscale", "ect01", "ect0", "ect1", "noecn", "ce", "id",
};

/**
 * token_is - compare a word
 * @token: the word
 * @text: what it might be
 *
 * Return: true if it is.
 */
bool token_is(const struct token *token, const char *text)
{
	return token->len == strlen(text) && !memcmp(token->text, text, token->len);
}

static bool is_reserved(const struct token *token)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		if (token_is(token, reserved[i]))
			return true;
	return false;
}

static void skip(struct lexer *lexer)
{
	for (;;) {
		if (*lexer->at == '\n')
			lexer->line++;
		if (*lexer->at == ' ' || *lexer->at == '\t' || *lexer->at == '\n')
			lexer->at++;
		else if (lexer->at[0] == '/' && lexer->at[1] == '/' && strchr(lexer->at, '\n'))
			lexer->at = strchr(lexer->at, '\n');
		else
			return;
	}
}

static size_t count(const char *at, int (*is)(int))
{
	size_t n = 0;

	while (is((unsigned char)at[n]))
		n++;
	return n;
}

static int is_word(int c)
{
	return isalnum(c) || c == '_';
}

/* [-]?[0-9]*[.][0-9]+ and [-]?[0-9]+; 0 where there is neither. */
static size_t number(const char *at, bool *is_float)
{
	size_t sign = *at == '-', whole = count(at + sign, isdigit), part = 0;

	if (at[sign + whole] == '.')
		part = count(at + sign + whole + 1, isdigit);
	*is_float = part;
	if (part)
		return sign + whole + 1 + part;
	return whole ? sign + whole : 0;
}

static size_t quoted(const char *at)
{
	size_t n = 1;

	while (at[n] && at[n] != *at)
		n += at[n] == '\\' && at[n + 1] ? 2 : 1;
	return at[n] ? n + 1 : 0;
}

static enum token_kind classify(const char *at, size_t *len)
{
	size_t word = count(at, is_word), digits;
	bool is_float;

	if (!strncmp(at, "...", 3)) {
		*len = 3;
		return TOKEN_ELLIPSIS;
	}
	if (!strncmp(at, "--", 2) && count(at + 2, is_word)) {
		*len = 2 + count(at + 2, is_word);
		return TOKEN_OPTION;
	}
	if (!strncmp(at, "0x", 2) && count(at + 2, isxdigit) == word - 2) {
		*len = word;
		return TOKEN_HEX;
	}
	digits = number(at, &is_float);
	if (digits && digits >= word) {
		*len = digits;
		return is_float ? TOKEN_FLOAT : TOKEN_INTEGER;
	}
	if (word) {
		*len = word;
		return TOKEN_WORD;
	}
	if ((*at == '"' || *at == '`') && quoted(at)) {
		*len = quoted(at);
		return *at == '"' ? TOKEN_STRING : TOKEN_COMMAND;
	}
	*len = 1;
	return TOKEN_CHAR;
}

/**
 * lexer_next - the next word
 * @lexer: where the reading has come to
 *
 * Return: the word; at the end, TOKEN_END.
 */
struct token lexer_next(struct lexer *lexer)
{
	struct token token;
	size_t i;

	skip(lexer);
	token.text = lexer->at;
	token.line = lexer->line;
	token.len = 0;
	if (!*lexer->at) {
		token.kind = TOKEN_END;
		return token;
	}
	token.kind = classify(lexer->at, &token.len);
	if (token.kind == TOKEN_WORD && is_reserved(&token))
		token.kind = TOKEN_RESERVED;
	for (i = 0; i < token.len; i++)
		lexer->line += token.text[i] == '\n';
	lexer->at += token.len;
	return token;
}
