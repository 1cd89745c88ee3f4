// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/connections: a line a record.
 */
#include "proc.h"
#include "proc_text.h"

#include "record.h"

static void head(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	seq_printf(m, "%8s %-11s %-*s %-*s %-12s %-11s %-13s %-6s "
		   "%12s %12s %12s %s\n",
		   "ID", "STATE", tcpledger_text_width(s), "LOCAL", tcpledger_text_width(s), "REMOTE",
		   "ROLE", "OUTCOME", "KIND", "FIRST", "AGE", "HANDSHAKE",
		   "DURATION", "ANOMALIES");
}

static void show(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	const struct tcpledger_record *r = &s->view->record;
	bool v6 = r->flags & TCPLEDGER_REC_IPV6;
	char local[TCPLEDGER_ENDPOINT_LEN], remote[TCPLEDGER_ENDPOINT_LEN];
	char age[TCPLEDGER_DURATION_LEN], handshake[TCPLEDGER_DURATION_LEN];
	char duration[TCPLEDGER_DURATION_LEN];

	seq_printf(m, "%8llu %-11s %-*s %-*s %-12s %-11s %-13s %-6s "
		   "%12s %12s %12s ",
		   r->id, tcpledger_state_names[r->state], tcpledger_text_width(s),
		   tcpledger_text_endpoint(local, r->local, r->lport, v6),
		   tcpledger_text_width(s),
		   tcpledger_text_endpoint(remote, r->remote, r->rport, v6),
		   tcpledger_role_names[r->role],
		   tcpledger_outcome_names[r->outcome],
		   tcpledger_kind_names[r->kind],
		   tcpledger_side_names[r->first],
		   tcpledger_text_duration(age, r->state_age_ns),
		   tcpledger_text_duration(handshake, r->handshake_ns),
		   tcpledger_text_duration(duration, r->duration_ns));
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
