/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A packet on the wire, and which records know of it.
 */
#ifndef TCPLEDGER_PACKET_H
#define TCPLEDGER_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/tcpledger.h>

struct record;

/**
 * struct packet - a packet
 * @time_ns: CLOCK_REALTIME
 * @order: its number, for packets of the same time
 * @sender: record that logged it going out, or NULL
 * @out: number of the entry in the sender's log
 * @receiver: record that logged it coming in, or NULL
 * @in: number of the entry in the receiver's log
 * @fills_gap: it stands for payload that was not logged: then the record that
 *	tells of it is @sender or @receiver, its numbers are @entry's, and @out
 *	and @in mean nothing
 * @entry: what the headers are made of
 */
struct packet {
	int64_t			time_ns;
	uint64_t		order;
	const struct record	*sender;
	const struct record	*receiver;
	int			out;
	int			in;
	bool			fills_gap;
	struct tcpledger_entry	entry;
};

#endif
