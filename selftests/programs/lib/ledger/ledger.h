/* SPDX-License-Identifier: GPL-2.0 */
/* What is judged: the records, as `tcpledger list --json` and `cat` show them. */
#ifndef TCPLEDGER_SELFTEST_LEDGER_H
#define TCPLEDGER_SELFTEST_LEDGER_H

#include <json-c/json.h>

#include "lib/base/packet.h"
#include "lib/ledger/proc.h"

/**
 * struct ledger - the records of the namespace the test is in
 * @n: how many
 * @at: CLOCK_REALTIME when they began to be read
 * @records: by id, oldest first
 */
struct ledger {
	size_t n;
	int64_t at;
	json_object **records;
};

void ledger_read(struct ledger *ledger);
void ledger_free(struct ledger *ledger);
size_t ledger_count(const struct ledger *ledger, const struct endpoint *local,
		    const struct endpoint *remote);
json_object *ledger_find(const struct ledger *ledger, const struct endpoint *local,
			 const struct endpoint *remote, size_t nth);

json_object *record_at(json_object *rec, const char *path);
bool record_null(json_object *rec, const char *path);
int64_t record_int(json_object *rec, const char *path);
const char *record_text(json_object *rec, const char *path);
struct endpoint record_local(json_object *rec);
struct endpoint record_remote(json_object *rec);
bool record_has_anomaly(json_object *rec, const char *tag);
uint8_t entry_flags(json_object *entry);
bool entry_is(json_object *entry, const char *type);

int record_check(json_object *rec, const char *wanted);

int verdict(const struct endpoint *local, const struct endpoint *remote, size_t nth,
	    const char *wanted, ...) __attribute__((format(printf, 4, 5)));
int records_of(const struct endpoint *local, const struct endpoint *remote);
int records_all(void);
bool ledger_says(const struct endpoint *local, const struct endpoint *remote, const char *path,
		 const char *value);

#endif
