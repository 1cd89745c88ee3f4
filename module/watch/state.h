/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_STATE_H
#define TCPLEDGER_STATE_H

#include <linux/types.h>

struct inode;
struct request_sock;
struct sock;

void tcpledger_state_change(const struct sock *sk, u8 from, u8 to);
void tcpledger_state_reset(const struct sock *sk);
void tcpledger_state_accept(const struct sock *sk, const struct inode *inode);
void tcpledger_state_request_timer(const struct request_sock *req);

#endif /* TCPLEDGER_STATE_H */
