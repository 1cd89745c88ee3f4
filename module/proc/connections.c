// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/connections: one line for each record.
 */
#include "proc/files.h"
#include "proc/text.h"

#include "verdict/record.h"

/* Enough for all columns up to DURATION with the longest words. */
#define LINE_LEN	384

static void head(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	seq_printf(m, "%8s %-11s %-*s %-*s %-12s %-11s %-13s %-6s "
		   "%12s %12s %12s ",
		   "ID", "STATE", tcpledger_text_width(s), "LOCAL",
		   tcpledger_text_width(s), "REMOTE",
		   "ROLE", "OUTCOME", "KIND", "FIRST", "AGE", "HANDSHAKE",
		   "DURATION");
	if (s->foreign)
		seq_printf(m, "%10s ", "NETNS");
	if (s->bound)
		seq_printf(m, "%7s ", "IFINDEX");
	seq_printf(m, "%s\n", "ANOMALIES");
}

static void show(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	const struct tcpledger_record *r = &s->view->record;
	const int width = tcpledger_text_width(s);
	bool v6 = r->flags & TCPLEDGER_REC_IPV6;
	char line[LINE_LEN], word[TCPLEDGER_ENDPOINT_LEN], *p = line;

	p = tcpledger_text_right(p, tcpledger_text_number(word, r->id), 8);
	p = tcpledger_text_left(p, tcpledger_state_names[r->state], 11);
	p = tcpledger_text_left(p, tcpledger_text_endpoint(word, r->local,
							   r->lport, v6),
				width);
	p = tcpledger_text_left(p, tcpledger_text_endpoint(word, r->remote,
							   r->rport, v6),
				width);
	p = tcpledger_text_left(p, tcpledger_role_names[r->role], 12);
	p = tcpledger_text_left(p, tcpledger_outcome_names[r->outcome], 11);
	p = tcpledger_text_left(p, tcpledger_kind_names[r->kind], 13);
	p = tcpledger_text_left(p, tcpledger_side_names[r->first], 6);
	p = tcpledger_text_right(p, tcpledger_text_duration(word,
							r->state_age_ns), 12);
	p = tcpledger_text_right(p, tcpledger_text_duration(word,
							r->handshake_ns), 12);
	p = tcpledger_text_right(p, tcpledger_text_duration(word,
							r->duration_ns), 12);
	seq_write(m, line, p - line);
	tcpledger_text_where(m, s);
	tcpledger_text_anomalies(m, r->anomalies);
	seq_putc(m, '\n');
}

static int connections_open(struct inode *inode, struct file *file)
{
	static const struct tcpledger_text kind = {
		.head = head,
		.show = show,
	};

	return tcpledger_text_open(inode, file, &kind);
}

const struct proc_ops tcpledger_connections_ops = {
	.proc_open	= connections_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= tcpledger_text_release,
};
