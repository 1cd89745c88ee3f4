/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The records of a report as data, for the reader: read/embedded.h.
 */
#ifndef TCPLEDGER_RECORDS_BLOCK_H
#define TCPLEDGER_RECORDS_BLOCK_H

#include <stddef.h>

struct record;
struct tcpledger_header;
struct text;

size_t records_block_size(size_t bytes);
size_t records_block_record_size(const struct record *record);
void records_block_add_header(struct text *bytes, const struct tcpledger_header *header);
void records_block_add_record(struct text *bytes, const struct record *record);
void records_block_write(struct text *page, const struct text *bytes);

#endif
