/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structures of a file that was written on a machine of the other byte
 * order. Pure.
 */
#ifndef TCPLEDGER_BYTE_ORDER_H
#define TCPLEDGER_BYTE_ORDER_H

#include <linux/tcpledger.h>

void byte_order_turn_header(struct tcpledger_header *header);
void byte_order_turn_record(struct tcpledger_record *record);
void byte_order_turn_entry(struct tcpledger_entry *entry);
void byte_order_turn_short(struct tcpledger_short *entry);
void byte_order_turn_frame(struct tcpledger_frame *frame);
void byte_order_turn_start(struct tcpledger_frame_start *start);

#endif
