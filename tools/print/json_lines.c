// SPDX-License-Identifier: GPL-2.0
#include "print/json_lines.h"

#include "base/escape.h"
#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"

/**
 * json_object_made - insist that json-c had the memory
 * @object: what it returned
 *
 * Return: @object.
 */
struct json_object *json_object_made(struct json_object *object)
{
	if (!object)
		memory_exhausted();
	return object;
}

/**
 * json_add - add a member; the object takes the value over
 * @object: object
 * @key: name, a constant
 * @value: value; NULL is null
 */
void json_add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add_ex(object, key, value,
				      JSON_C_OBJECT_ADD_KEY_IS_NEW |
				      JSON_C_OBJECT_KEY_IS_CONSTANT))
		memory_exhausted();
}

/**
 * json_add_string - add a word of ours
 * @object: object
 * @key: name
 * @value: word; NULL is null
 */
void json_add_string(struct json_object *object, const char *key, const char *value)
{
	json_add(object, key, value ? json_object_made(json_object_new_string(value)) : NULL);
}

/**
 * json_add_known - add a number where it is known
 * @object: object
 * @key: name
 * @value: number; negative is null
 */
void json_add_known(struct json_object *object, const char *key, int64_t value)
{
	json_add(object, key, value >= 0 ? json_object_made(json_object_new_int64(value)) : NULL);
}

/**
 * json_add_unsigned - add a number that is always known
 * @object: object
 * @key: name
 * @value: number
 */
void json_add_unsigned(struct json_object *object, const char *key, uint64_t value)
{
	json_add(object, key, json_object_made(json_object_new_uint64(value)));
}

/**
 * json_add_bool - add true, false or null
 * @object: object
 * @key: name
 * @value: 1, 0, or negative for null
 */
void json_add_bool(struct json_object *object, const char *key, int value)
{
	json_add(object, key, value >= 0 ? json_object_made(json_object_new_boolean(value)) : NULL);
}

/**
 * json_add_name - add a name that strangers chose
 * @object: object
 * @key: name of the member
 * @bytes: any bytes up to a NUL; none is null
 */
void json_add_name(struct json_object *object, const char *key, const char *bytes)
{
	struct text text = { 0 };

	if (!*bytes) {
		json_add(object, key, NULL);
		return;
	}
	escape_utf8(&text, bytes);
	json_add(object, key,
		 json_object_made(json_object_new_string_len(text.bytes, (int)text.len)));
	text_free(&text);
}

/**
 * json_line - print an object as one line and release it
 * @object: object
 */
void json_line(struct json_object *object)
{
	size_t len;
	const char *line = json_object_to_json_string_length(object,
			JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);

	if (!line)
		memory_exhausted();
	text_bytes(output_text(), line, len);
	text_char(output_text(), '\n');
	output_line();
	json_object_put(object);
}
