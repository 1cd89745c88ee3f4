// SPDX-License-Identifier: GPL-2.0
#include "base/base64.h"

#include <nettle/base64.h>

#include "base/text.h"

/**
 * base64_add - add bytes as letters
 * @text: text to add to
 * @bytes: the bytes
 * @len: how many
 * @width: letters of a line, a multiple of four; 0 for one line without an end
 */
void base64_add(struct text *text, const void *bytes, size_t len, size_t width)
{
	const size_t line = width ? width / 4 * 3 : len;
	const unsigned char *in = bytes;
	size_t part;

	for (; len; in += part, len -= part) {
		char *at;

		part = len < line ? len : line;
		at = text_room(text, BASE64_ENCODE_RAW_LENGTH(part) + 1);
		base64_encode_raw(at, part, in);
		at += BASE64_ENCODE_RAW_LENGTH(part);
		if (width)
			*at++ = '\n';
		text_end(text, at);
	}
}
