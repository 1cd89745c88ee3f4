/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TCPLEDGER_TEXT_H
#define TCPLEDGER_TEXT_H

#include <linux/seq_file.h>

#include "proc/snapshot.h"

/**
 * struct tcpledger_text - an open text file of one block per record
 * @snapshot: the records that existed at the first read
 * @wanted: tells whether to show the record in @snapshot.view, or NULL
 * @head: writes what stands above the records, or NULL
 * @show: writes the record in @snapshot.view
 * @whole: @show wants log, peer and owner too
 */
struct tcpledger_text {
	struct tcpledger_snapshot	snapshot;
	bool (*wanted)(const struct tcpledger_record *r);
	void (*head)(struct seq_file *m, const struct tcpledger_snapshot *s);
	void (*show)(struct seq_file *m, const struct tcpledger_snapshot *s);
	bool				whole;
};

int tcpledger_text_open(struct inode *inode, struct file *file,
			const struct tcpledger_text *kind);
int tcpledger_text_release(struct inode *inode, struct file *file);

#define TCPLEDGER_ENDPOINT_LEN	56	/* "[address%ifindex]:port" */
#define TCPLEDGER_DURATION_LEN	32
#define TCPLEDGER_NUMBER_LEN	21

char *tcpledger_text_left(char *p, const char *word, int width);
char *tcpledger_text_right(char *p, const char *word, int width);
const char *tcpledger_text_number(char *buf, u64 value);
int tcpledger_text_width(const struct tcpledger_snapshot *s);
const char *tcpledger_text_endpoint(char *buf, const u8 *address, u16 port,
				    bool v6);
const char *tcpledger_text_duration(char *buf, s64 ns);
void tcpledger_text_where(struct seq_file *m,
			  const struct tcpledger_snapshot *s);
void tcpledger_text_anomalies(struct seq_file *m, u64 mask);

#endif /* TCPLEDGER_TEXT_H */
