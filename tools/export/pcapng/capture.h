/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Records as a capture for Wireshark.
 */
#ifndef TCPLEDGER_CAPTURE_H
#define TCPLEDGER_CAPTURE_H

struct file;
struct wire;

int capture_write(struct file *file, const struct wire *wire, unsigned long long *packets);

#endif
