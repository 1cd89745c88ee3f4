/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record as a JSON object.
 */
#ifndef TCPLEDGER_JSON_RECORD_H
#define TCPLEDGER_JSON_RECORD_H

struct json_object;
struct record;

struct json_object *json_record(const struct record *record);

#endif
