/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SEGMENT_FREED_H
#define TCPLEDGER_SEGMENT_FREED_H

#include <linux/skbuff.h>

void tcpledger_segment_freed(const struct sk_buff *skb,
			     enum skb_drop_reason reason);

#endif /* TCPLEDGER_SEGMENT_FREED_H */
