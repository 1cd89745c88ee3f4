/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Packets as a pcapng file, for Wireshark.
 */
#ifndef TCPLEDGER_PCAPNG_FILE_H
#define TCPLEDGER_PCAPNG_FILE_H

struct file;
struct packet_list;

int pcapng_file_write(struct file *file, const struct packet_list *list,
		      unsigned long long *packets);

#endif
