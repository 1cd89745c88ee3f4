/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members of JSON objects, and JSON objects as lines.
 */
#ifndef TCPLEDGER_JSON_LINES_H
#define TCPLEDGER_JSON_LINES_H

#include <json-c/json.h>
#include <stdint.h>

void json_add(struct json_object *object, const char *key, struct json_object *value);
void json_add_string(struct json_object *object, const char *key, const char *value);
void json_add_known(struct json_object *object, const char *key, int64_t value);
void json_add_unsigned(struct json_object *object, const char *key, uint64_t value);
void json_add_bool(struct json_object *object, const char *key, int value);
void json_add_name(struct json_object *object, const char *key, const char *bytes);
struct json_object *json_object_made(struct json_object *object);
void json_line(struct json_object *object);


#endif
