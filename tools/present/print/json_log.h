/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The log of a record as an array of JSON.
 */
#ifndef TCPLEDGER_JSON_LOG_H
#define TCPLEDGER_JSON_LOG_H

struct record;
struct tcpledger_entry;
struct text;

void json_log_entry(struct text *json, unsigned int n, const struct tcpledger_entry *e);
void json_log(struct text *json, const struct record *record);

#endif
