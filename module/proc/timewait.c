// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/timewait: the records that are or were in TIME_WAIT.
 */
#include "proc/files.h"
#include "proc/text.h"

#include <linux/string_helpers.h>

#include "verdict/record.h"

static bool wanted(const struct tcpledger_record *r)
{
	return r->flags & TCPLEDGER_REC_TIME_WAIT;
}

static void head(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	seq_printf(m, "%8s %-*s %-*s %12s %12s %12s "
		   "%8s %8s %8s %-8s ",
		   "ID", tcpledger_text_width(s), "LOCAL",
		   tcpledger_text_width(s), "REMOTE",
		   "ENTERED", "REMAINING", "RESIDENCE", "RESTARTS", "REACKS",
		   "OLD_DUPS", "EXIT");
	if (s->foreign)
		seq_printf(m, "%10s ", "NETNS");
	if (s->bound)
		seq_printf(m, "%7s ", "IFINDEX");
	seq_printf(m, "%s\n", "EXACT");
}

static void show(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	const struct tcpledger_record *r = &s->view->record;
	bool v6 = r->flags & TCPLEDGER_REC_IPV6;
	char local[TCPLEDGER_ENDPOINT_LEN], remote[TCPLEDGER_ENDPOINT_LEN];
	char entered[TCPLEDGER_DURATION_LEN], left[TCPLEDGER_DURATION_LEN];
	char stayed[TCPLEDGER_DURATION_LEN];

	seq_printf(m, "%8llu %-*s %-*s %12s %12s %12s "
		   "%8u %8u %8u %-8s ",
		   r->id, tcpledger_text_width(s),
		   tcpledger_text_endpoint(local, r->local, r->lport, v6),
		   tcpledger_text_width(s),
		   tcpledger_text_endpoint(remote, r->remote, r->rport, v6),
		   tcpledger_text_duration(entered, r->tw_entered_ns),
		   tcpledger_text_duration(left, r->tw_remaining_ns),
		   tcpledger_text_duration(stayed, r->tw_residence_ns),
		   r->tw_restarts, r->tw_fin_reacks, r->tw_old_duplicates,
		   tcpledger_exit_names[r->tw_exit]);
	tcpledger_text_where(m, s);
	seq_printf(m, "%s\n",
		   str_yes_no(r->flags & TCPLEDGER_REC_RESIDENCE_EXACT));
}

static int timewait_open(struct inode *inode, struct file *file)
{
	static const struct tcpledger_text kind = {
		.wanted = wanted,
		.head = head,
		.show = show,
	};

	return tcpledger_text_open(inode, file, &kind);
}

const struct proc_ops tcpledger_timewait_ops = {
	.proc_open	= timewait_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= tcpledger_text_release,
};
