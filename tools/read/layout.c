// SPDX-License-Identifier: GPL-2.0
#include "read/layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "read/byte_order.h"
#include "read/check.h"

/**
 * layout_set - the sizes that a header tells
 * @layout: set, but for the byte order
 * @record_size: bytes of a record without its log
 * @entry_size: bytes of an entry
 *
 * Return: false if they are impossible.
 */
bool layout_set(struct layout *layout, uint32_t record_size, uint32_t entry_size)
{
	layout->record_size = record_size;
	layout->entry_size = entry_size;
	return check_size(record_size, sizeof(struct tcpledger_record)) &&
	       check_size(entry_size, sizeof(struct tcpledger_entry));
}

/**
 * layout_entry - read an entry
 * @layout: how it lies
 * @bytes: its bytes, entry_size of them
 * @entry: set to it; nothing is checked
 */
void layout_entry(const struct layout *layout, const unsigned char *bytes,
		  struct tcpledger_entry *entry)
{
	memcpy(entry, bytes, sizeof(*entry));
	if (layout->foreign)
		byte_order_turn_entry(entry);
}

static const char *read_log(const struct layout *layout, const unsigned char *bytes,
			    struct record *record, size_t *log_room, uint64_t *value)
{
	unsigned int i, log_n = record->fixed.log_n;
	const char *wrong = NULL;

	if (layout->without_logs)
		return NULL;
	if (log_n > *log_room) {
		free(record->log);
		record->log = memory_new(log_n, sizeof(*record->log));
		*log_room = log_n;
	}
	for (i = 0; i < log_n && !wrong; i++) {
		layout_entry(layout, bytes + (size_t)i * layout->entry_size, &record->log[i]);
		wrong = check_entry(&record->log[i], log_n, value);
	}
	return wrong;
}

/**
 * layout_record - read a record with its log, and check it
 * @layout: how it lies
 * @bytes: its bytes
 * @size: how many, record_size at least
 * @record: set to it; its log is allocated where it does not fit
 * @log_room: entries that the log can hold
 * @value: set to the value that is wrong
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *layout_record(const struct layout *layout, const unsigned char *bytes, size_t size,
			  struct record *record, size_t *log_room, uint64_t *value)
{
	const char *wrong;

	memcpy(&record->fixed, bytes, sizeof(record->fixed));
	if (layout->foreign)
		byte_order_turn_record(&record->fixed);
	*value = record->fixed.log_n;
	if (record->fixed.log_n > (size - layout->record_size) / layout->entry_size)
		return "length of the log";
	wrong = check_record(&record->fixed, value);
	if (wrong)
		return wrong;
	memcpy(record->comm, record->fixed.comm, TCPLEDGER_COMM_LEN);
	memcpy(record->closer_comm, record->fixed.closer_comm, TCPLEDGER_COMM_LEN);
	return read_log(layout, bytes + layout->record_size, record, log_room, value);
}
