// SPDX-License-Identifier: GPL-2.0
#include "present/report/records_block.h"

#include <string.h>

#include "base/base64.h"
#include "base/text.h"
#include "read/embedded.h"
#include "read/record.h"

#define LINE	76	/* letters */

/**
 * records_block_size - what the block takes in the page
 * @bytes: of the header and the records
 *
 * Return: bytes of the page.
 */
size_t records_block_size(size_t bytes)
{
	size_t letters = (bytes + 2) / 3 * 4;

	return strlen(EMBEDDED_BEGIN) + letters + letters / LINE + strlen(EMBEDDED_END) + 4;
}

/**
 * records_block_record_size - bytes of a record with its log
 * @record: the record
 *
 * Return: how many.
 */
size_t records_block_record_size(const struct record *record)
{
	return sizeof(record->fixed) + record->fixed.log_n * sizeof(*record->log);
}

/**
 * records_block_add_header - begin the bytes of a records file
 * @bytes: to add to
 * @header: of the file that was read
 */
void records_block_add_header(struct text *bytes, const struct tcpledger_header *header)
{
	struct tcpledger_header own = *header;

	own.magic = TCPLEDGER_MAGIC;
	own.version = TCPLEDGER_VERSION;
	own.header_size = sizeof(struct tcpledger_header);
	own.record_size = sizeof(struct tcpledger_record);
	own.entry_size = sizeof(struct tcpledger_entry);
	text_bytes(bytes, &own, sizeof(own));
}

/**
 * records_block_add_record - add a record
 * @bytes: to add to
 * @record: a checked record
 */
void records_block_add_record(struct text *bytes, const struct record *record)
{
	struct tcpledger_record own = record->fixed;

	own.size = (uint32_t)records_block_record_size(record);
	text_bytes(bytes, &own, sizeof(own));
	text_bytes(bytes, record->log, own.log_n * sizeof(*record->log));
}

/**
 * records_block_write - write the block
 * @page: to add to
 * @bytes: of a records file
 */
void records_block_write(struct text *page, const struct text *bytes)
{
	text_string(page, EMBEDDED_BEGIN "\n");
	base64_add(page, bytes->bytes, bytes->len, LINE);
	text_string(page, EMBEDDED_END "\n");
}
