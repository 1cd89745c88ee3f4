// SPDX-License-Identifier: GPL-2.0
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/text.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * base64_add - add bytes as letters
 * @text: text to add to
 * @bytes: the bytes
 * @len: how many
 * @width: letters of a line, a multiple of four; 0 for one line without an end
 */
void base64_add(struct text *text, const void *bytes, size_t len, size_t width)
{
	const unsigned char *in = bytes;
	size_t done;

	for (done = 0; done < len; done += 3) {
		size_t part = len - done < 3 ? len - done : 3;
		uint32_t triple = (uint32_t)in[done] << 16;
		char *at = text_room(text, 5);

		if (part > 1)
			triple |= (uint32_t)in[done + 1] << 8;
		if (part > 2)
			triple |= in[done + 2];
		*at++ = letters[triple >> 18];
		*at++ = letters[triple >> 12 & 63];
		*at++ = part > 1 ? letters[triple >> 6 & 63] : '=';
		*at++ = part > 2 ? letters[triple & 63] : '=';
		if (width && ((done / 3 + 1) * 4 % width == 0 || done + 3 >= len))
			*at++ = '\n';
		text_end(text, at);
	}
}

/**
 * base64_value - the six bits of a letter
 * @letter: the letter
 *
 * Return: them, or -1 if it is none.
 */
int base64_value(unsigned char letter)
{
	const char *at = letter ? strchr(letters, letter) : NULL;

	return at ? (int)(at - letters) : -1;
}
