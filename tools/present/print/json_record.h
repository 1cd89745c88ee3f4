/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record as a line of JSON.
 */
#ifndef TCPLEDGER_JSON_RECORD_H
#define TCPLEDGER_JSON_RECORD_H

struct record;
struct text;

void json_record_members(struct text *json, const struct record *record);
void json_record(const struct record *record);

#endif
