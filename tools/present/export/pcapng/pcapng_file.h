/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A trace as a pcapng file, for Wireshark.
 */
#ifndef TCPLEDGER_PCAPNG_FILE_H
#define TCPLEDGER_PCAPNG_FILE_H

struct file;
struct trace;

int pcapng_file_write(struct file *file, const struct trace *trace, unsigned long long *packets);

#endif
