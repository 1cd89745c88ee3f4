/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_KPROBES_H
#define TCPLEDGER_KPROBES_H

#include <linux/kprobes.h>
#include <linux/types.h>

struct seq_file;

/**
 * enum tcpledger_method - a function of the kernel that is probed
 * @TCPLEDGER_METHOD_SCHEDULE: the timer of a timewait socket is set
 * @TCPLEDGER_METHOD_KILL: a timewait socket ends
 * @TCPLEDGER_METHOD_ACCEPT: accept() returns a connection
 * @TCPLEDGER_METHOD_REQUEST_TIMER: the timer of a request socket runs out
 * @TCPLEDGER_METHOD_ABORT: "ss -K" ends a socket
 * @TCPLEDGER_METHOD_RESET: TCP resets a connection because of a segment
 *
 * In the order of the stats file, where each is a line "method_FUNCTION".
 */
enum tcpledger_method {
	TCPLEDGER_METHOD_SCHEDULE,
	TCPLEDGER_METHOD_KILL,
	TCPLEDGER_METHOD_ACCEPT,
	TCPLEDGER_METHOD_REQUEST_TIMER,
	TCPLEDGER_METHOD_ABORT,
	TCPLEDGER_METHOD_RESET,
	TCPLEDGER_METHOD_MAX
};

void tcpledger_kprobes_begin(const kprobe_pre_handler_t *handlers);
void tcpledger_kprobes_end(void);
bool tcpledger_kprobes_request_timer(void);
bool tcpledger_kprobes_abort(void);
void tcpledger_kprobes_show(struct seq_file *m);

#endif /* TCPLEDGER_KPROBES_H */
