/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How records lie in bytes that may have been written by a later version or on a
 * machine of the other byte order: of a structure that is longer than ours, the
 * beginning is ours. Pure.
 */
#ifndef TCPLEDGER_LAYOUT_H
#define TCPLEDGER_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "read/record.h"

#define LAYOUT_RECORD_MOST	(64 * 1024)	/* no record with its log is longer */

/* An OPEN of the brief stream has a record as far as closer_comm. */
#define LAYOUT_OPEN_SIZE	offsetof(struct tcpledger_record, local_mss)

/**
 * struct layout - how they lie
 * @record_size: bytes of a record without its log
 * @entry_size: bytes of an entry
 * @without_logs: nobody looks into logs: they are not read
 * @foreign: they have the other byte order than this machine
 */
struct layout {
	uint32_t	record_size;
	uint32_t	entry_size;
	bool		without_logs;
	bool		foreign;
};

bool layout_set(struct layout *layout, uint32_t record_size, uint32_t entry_size);
const char *layout_record(const struct layout *layout, const unsigned char *bytes, size_t size,
			  struct record *record, size_t *log_room, uint64_t *value);
const char *layout_brief(const struct layout *layout, const unsigned char *bytes, size_t size,
			 struct record *record, uint32_t *log_n, uint64_t *value);
void layout_entry(const struct layout *layout, const unsigned char *bytes,
		  struct tcpledger_entry *entry);
void layout_short(const struct layout *layout, struct tcpledger_short *e,
		  struct tcpledger_entry *entry);

#endif
