/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_SHED_H
#define TCPLEDGER_SHED_H

#include <linux/spinlock.h>
#include <linux/types.h>

#include "verdict/segment.h"

struct tcpledger_conn;
struct tcpledger_key;

/**
 * struct tcpledger_handshake - the first two segments of a connection from outside
 * @syn_at: CLOCK_MONOTONIC of the SYN
 * @synack_at: CLOCK_MONOTONIC of the SYN/ACK
 * @syn: the SYN
 * @synack: the SYN/ACK
 * @syn_opt: options of the SYN
 * @synack_opt: options of the SYN/ACK
 * @ifindex: as struct tcpledger_key has it
 */
struct tcpledger_handshake {
	s64				syn_at;
	s64				synack_at;
	struct tcpledger_segment	syn;
	struct tcpledger_segment	synack;
	struct tcpledger_options	syn_opt;
	struct tcpledger_options	synack_opt;
	u32				ifindex;
};

int tcpledger_shed_init(void);
void tcpledger_shed_exit(void);
u64 tcpledger_shed_bytes(void);
void tcpledger_shed_spoil(const struct tcpledger_key *key,
			  const struct tcpledger_segment *syn);
void tcpledger_shed_syn(const struct tcpledger_key *key, s64 now,
			const struct tcpledger_segment *syn,
			const struct tcpledger_options *opt);
void tcpledger_shed_synack(const struct tcpledger_key *key, s64 now,
			   const struct tcpledger_segment *synack,
			   const struct tcpledger_options *opt);
bool tcpledger_shed_take(const struct tcpledger_key *key,
			 const struct tcpledger_segment *seg,
			 struct tcpledger_handshake *to);
void tcpledger_shed_replay(struct tcpledger_conn *c,
			   const struct tcpledger_handshake *h);

#endif /* TCPLEDGER_SHED_H */
