// SPDX-License-Identifier: GPL-2.0
#include "present/print/json_writer.h"

#include "base/escape.h"
#include "base/output.h"
#include "base/text.h"
#include "present/print/format.h"

/**
 * json_line_begin - begin an object that is a line of the output
 *
 * Return: the text to which its members are added.
 */
struct text *json_line_begin(void)
{
	struct text *json = output_text();

	text_char(json, '{');
	return json;
}

/**
 * json_line_end - end the object and its line
 * @json: what json_line_begin() returned
 */
void json_line_end(struct text *json)
{
	json_object_end(json);
	json->bytes[json->len - 1] = '\n';	/* no comma behind the last */
	output_line();
}

/**
 * json_word - add a word of ours
 * @json: where
 * @key: key; NULL in an array
 * @word: word; NULL is null
 */
void json_word(struct text *json, const char *key, const char *word)
{
	size_t len;
	char *at;

	if (!word) {
		json_null(json, key);
		return;
	}
	len = strlen(word);
	at = json_begin(json, key, len + 3);
	*at++ = '"';
	memcpy(at, word, len);
	at[len] = '"';
	at[len + 1] = ',';
	text_end(json, at + len + 2);
}

static void begin_string(struct text *json, const char *key)
{
	text_end(json, JSON_PUT(json_begin(json, key, 1), "\""));
}

static void end_string(struct text *json)
{
	text_bytes(json, "\",", 2);
}

/* RFC 8259 lets no quote, no backslash and no control character stand as it is. */
static void add_escaped(struct text *json, char c)
{
	static const char letters[] = "btn\0fr";	/* 0x08 to 0x0d */

	if (c == '"' || c == '\\') {
		text_char(json, '\\');
		text_char(json, c);
	} else if ((unsigned char)c >= ' ') {
		text_char(json, c);
	} else if (c >= '\b' && c <= '\r' && c != '\v') {
		text_char(json, '\\');
		text_char(json, letters[c - '\b']);
	} else {
		text_string(json, c & 0x10 ? "\\u001" : "\\u000");
		text_char(json, "0123456789abcdef"[c & 0xf]);
	}
}

/* How many bytes stand as they are: nearly all names are of such only. */
static size_t plain_length(const char *bytes)
{
	size_t len = 0;

	while (bytes[len] >= ' ' && bytes[len] < 0x7f && bytes[len] != '"' && bytes[len] != '\\')
		len++;
	return len;
}

/**
 * json_foreign - add a string that strangers chose
 * @json: where
 * @key: key; NULL in an array
 * @bytes: any bytes up to a NUL; those that are not UTF-8 become \xHH
 */
void json_foreign(struct text *json, const char *key, const char *bytes)
{
	struct text text = { 0 };
	size_t i, len = plain_length(bytes);

	begin_string(json, key);
	if (!bytes[len]) {
		text_bytes(json, bytes, len);
		end_string(json);
		return;
	}
	escape_utf8(&text, bytes);
	for (i = 0; i < text.len; i++)
		add_escaped(json, text.bytes[i]);
	end_string(json);
	text_free(&text);
}

/**
 * json_address - add an address as a string
 * @json: where
 * @key: key; NULL in an array
 * @address: in network byte order
 * @ipv6: which family
 */
void json_address(struct text *json, const char *key, const uint8_t *address, bool ipv6)
{
	begin_string(json, key);
	format_address(json, address, ipv6);
	end_string(json);
}

/**
 * json_moment - add a moment as a string
 * @json: where
 * @key: key; NULL in an array
 * @realtime_ns: nanoseconds since 1970; negative is null
 */
void json_moment(struct text *json, const char *key, int64_t realtime_ns)
{
	if (realtime_ns < 0) {
		json_null(json, key);
		return;
	}
	begin_string(json, key);
	format_wall(json, realtime_ns);
	end_string(json);
}
