/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SEGMENT_FREED_H
#define TCPLEDGER_SEGMENT_FREED_H

#include <linux/types.h>

struct sk_buff;

void tcpledger_segment_freed(const struct sk_buff *skb, bool refused,
			     bool checksum, bool ack_follows);

#endif /* TCPLEDGER_SEGMENT_FREED_H */
