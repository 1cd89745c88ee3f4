/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_PENDING_H
#define TCPLEDGER_PENDING_H

#include <linux/types.h>

#include "ledger/owner.h"

struct sock;

/**
 * struct tcpledger_pending - a connect() that has not sent its SYN yet
 * @sk: the socket, as an identity only; NULL when free
 * @when: CLOCK_MONOTONIC of CLOSE to SYN_SENT
 * @owner: the program
 */
struct tcpledger_pending {
	const struct sock	*sk;
	s64			when;
	struct tcpledger_owner	owner;
};

void tcpledger_pending_init(void);
bool tcpledger_pending_add(const struct sock *sk, s64 now);
bool tcpledger_pending_take(const struct sock *sk,
			    struct tcpledger_pending *out);

#endif /* TCPLEDGER_PENDING_H */
