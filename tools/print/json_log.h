/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a record as an array of JSON.
 */
#ifndef TCPLEDGER_JSON_LOG_H
#define TCPLEDGER_JSON_LOG_H

struct record;
struct text;

void json_log(struct text *json, const struct record *record);

#endif
