/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A record of one end of a connection, checked by the reader. Pure.
 */
#ifndef TCPLEDGER_RECORD_H
#define TCPLEDGER_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tcpledger.h>

/*
 * No enumeration has more values. A later release may have some that this one
 * has no word for: those are read and shown by their number.
 */
#define RECORD_VALUES	64

/**
 * struct record - a record with its log
 * @fixed: the record; its size member is of no use any more
 * @comm: owner's name, terminated
 * @closer_comm: name of the program that closed first, terminated
 * @log: fixed.log_n entries
 */
struct record {
	struct tcpledger_record	fixed;
	char			comm[TCPLEDGER_COMM_LEN + 1];
	char			closer_comm[TCPLEDGER_COMM_LEN + 1];
	struct tcpledger_entry	*log;
};

int64_t record_isn(const struct record *record, enum tcpledger_entry_type type);
int64_t record_state_since(const struct record *record, unsigned int entry);
bool record_is_self_connect(const struct record *record);
bool record_isns_agree(const struct record *record, const struct record *other);
bool record_addresses_agree(const struct record *record, const struct record *other);
bool record_is_other_end(const struct record *record, const struct record *other);

#endif
