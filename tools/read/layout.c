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

/**
 * layout_short - read an entry in the short form
 * @layout: how it lies
 * @e: its bytes, which get this machine's order
 * @entry: set to it; nothing is checked
 */
void layout_short(const struct layout *layout, struct tcpledger_short *e,
		  struct tcpledger_entry *entry)
{
	if (layout->foreign)
		byte_order_turn_short(e);
	*entry = (struct tcpledger_entry){
		.t_ns = (int64_t)e->when >> 8, .type = e->when & 3, .segment = -1,
	};
	switch (entry->type) {
	case TCPLEDGER_ENTRY_STATE:
		entry->from = (uint8_t)e->seq;
		entry->to = (uint8_t)(e->seq >> 8);
		entry->cause = (uint8_t)(e->seq >> 16);
		entry->segment = (int16_t)e->ack;
		break;
	case TCPLEDGER_ENTRY_NOTE:
		entry->tag = (uint8_t)e->seq;
		entry->segment = (int16_t)e->ack;
		break;
	default:
		entry->seq = e->seq;
		entry->ack = e->ack;
		entry->len = e->len;
		entry->win = e->win;
		entry->flags = e->flags;
		entry->ttl = e->ttl;
		entry->bits = e->when >> 2 & 0x3f;
	}
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

static const struct tcpledger_record unknown = {
	.sack = -1, .timestamps = -1, .local_wscale = -1, .remote_wscale = -1, .error = -1,
	.opened_at = -1, .base_ns = -1, .ended_ns = -1, .duration_ns = -1, .state_age_ns = -1,
	.uid = -1, .cgroup = -1, .inode = -1, .cookie = -1, .pid = -1, .closer_pid = -1,
	.local_mss = -1, .remote_mss = -1, .retransmits = -1, .local_isn = -1, .remote_isn = -1,
	.syn_ns = -1, .synack_ns = -1, .ack_ns = -1, .handshake_ns = -1, .accept_ns = -1,
	.local_fin_ns = -1, .remote_fin_ns = -1, .half_close_ns = -1, .tw_entered_ns = -1,
	.tw_nominal_ns = -1, .tw_remaining_ns = -1, .tw_residence_ns = -1,
	.residence_ns = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 },
	.bytes_sent = -1, .bytes_received = -1, .srtt_us = -1, .min_rtt_us = -1,
};

static const char *read_fixed(const struct layout *layout, const unsigned char *bytes,
			      size_t size, struct record *record, uint64_t *value)
{
	if (size < sizeof(record->fixed))
		record->fixed = unknown;
	memcpy(&record->fixed, bytes, size < sizeof(record->fixed) ? size :
								     sizeof(record->fixed));
	if (layout->foreign)
		byte_order_turn_record(&record->fixed);
	memcpy(record->comm, record->fixed.comm, TCPLEDGER_COMM_LEN);
	memcpy(record->closer_comm, record->fixed.closer_comm, TCPLEDGER_COMM_LEN);
	return check_record(&record->fixed, value);
}

/**
 * layout_brief - read a record that has no log here, or only its beginning, and check it
 * @layout: how it lies
 * @bytes: its bytes
 * @size: how many, LAYOUT_OPEN_SIZE at least
 * @record: set to it, what is not there to unknown; its log is as it was, and empty
 * @log_n: set to how many entries it has elsewhere
 * @value: set to the value that is wrong
 *
 * Return: NULL, or the name of what is wrong.
 */
const char *layout_brief(const struct layout *layout, const unsigned char *bytes, size_t size,
			 struct record *record, uint32_t *log_n, uint64_t *value)
{
	const char *wrong = read_fixed(layout, bytes, size, record, value);

	*log_n = record->fixed.log_n;
	record->fixed.log_n = 0;
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

	wrong = read_fixed(layout, bytes, size, record, value);
	if (record->fixed.log_n > (size - layout->record_size) / layout->entry_size) {
		*value = record->fixed.log_n;
		return "length of the log";
	}
	if (wrong)
		return wrong;
	return read_log(layout, bytes + layout->record_size, record, log_room, value);
}
