/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_OWNER_H
#define TCPLEDGER_OWNER_H

#include <linux/types.h>
#include <linux/tcpledger.h>

struct sock;

/**
 * struct tcpledger_actor - a process, by numbers that stay when it has ended
 * @tgid: process id in the initial pid namespace, 0 if unknown
 * @ns_tgid: process id in its own pid namespace
 * @pidns: inode number of that namespace
 * @comm: command name
 */
struct tcpledger_actor {
	u32	tgid;
	u32	ns_tgid;
	u32	pidns;
	char	comm[TCPLEDGER_COMM_LEN];
};

/**
 * struct tcpledger_owner - the program behind a socket
 * @actor: the process
 * @uid: user id in the initial user namespace, -1 if unknown
 * @inode: inode number of the socket, 0 if unknown
 * @cgroup: cgroup id, 0 if unknown
 * @cookie: socket cookie, 0 if unknown
 */
struct tcpledger_owner {
	struct tcpledger_actor	actor;
	u32			uid;
	u32			inode;
	u64			cgroup;
	u64			cookie;
};

void tcpledger_actor_current(struct tcpledger_actor *a);
s32 tcpledger_actor_pid(const struct tcpledger_actor *a);
void tcpledger_owner_socket(struct tcpledger_owner *o, const struct sock *sk);
void tcpledger_owner_listener(struct tcpledger_owner *o,
			      const struct sock *lsk);
void tcpledger_listener_add(const struct sock *sk);
void tcpledger_listener_remove(const struct sock *sk);
void tcpledger_listener_init(void);

#endif /* TCPLEDGER_OWNER_H */
