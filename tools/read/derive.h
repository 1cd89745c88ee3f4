/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a new entry of its log means for a record of which no newer image is there.
 * Only the module knows the verdict; what stands in the entry itself is believed. Pure.
 */
#ifndef TCPLEDGER_DERIVE_H
#define TCPLEDGER_DERIVE_H

#include <stdint.h>

struct record;
struct tcpledger_entry;

void derive_record(struct record *record, const struct tcpledger_entry *e);
void derive_age(struct record *record, int64_t image_ns, int64_t moment_ns);

#endif
