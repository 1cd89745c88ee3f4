/* SPDX-License-Identifier: GPL-2.0 */
/* The log of a record, entry by entry. */
#ifndef TCPLEDGER_SELFTEST_ENTRIES_H
#define TCPLEDGER_SELFTEST_ENTRIES_H

#include "lib/ledger/ledger.h"

bool says(json_object *object, const char *key, const char *value);

json_object *entry_at(json_object *rec, size_t i);
size_t entries(json_object *rec);
bool entry_is_idle(json_object *entry);
bool entry_is_segment(json_object *entry, const char *dir, uint8_t flags, uint8_t mask);
int64_t entry_time(json_object *rec, int i);

int first_segment(json_object *rec, const char *dir, uint8_t flags, uint8_t mask);
int first_state(json_object *rec, const char *to);

#endif
