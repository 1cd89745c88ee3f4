// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/log: every record with its whole log, for people.
 */
#include "proc/files.h"
#include "proc/text.h"

#include <linux/string_helpers.h>
#include <linux/time.h>

#include "ledger/net.h"
#include "verdict/record.h"

static const char *const flag_names[] = {
	"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"
};

/* "SYN,ACK" */
static const char *flags_text(char *buf, size_t size, u8 flags)
{
	size_t n = 0;
	int i;

	buf[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(flag_names); i++)
		if (flags & BIT(i))
			n += scnprintf(buf + n, size - n, "%s%s",
				       n ? "," : "", flag_names[i]);
	return buf;
}

static void show_segment(struct seq_file *m, const struct tcpledger_record *r,
			 const struct tcpledger_entry *e)
{
	bool out = e->type == TCPLEDGER_ENTRY_OUT;
	s64 seq_isn = out ? r->local_isn : r->remote_isn;
	s64 ack_isn = out ? r->remote_isn : r->local_isn;
	char flags[40];

	seq_printf(m, "%-5s %-12s seq %10u", out ? "out" : "in",
		   flags_text(flags, sizeof(flags), e->flags), e->seq);
	if (seq_isn >= 0)
		seq_printf(m, " (+%u)", e->seq - (u32)seq_isn);
	if (e->flags & TCPLEDGER_ACK) {
		seq_printf(m, "  ack %10u", e->ack);
		if (ack_isn >= 0)
			seq_printf(m, " (+%u)", e->ack - (u32)ack_isn);
	}
	seq_printf(m, "  win %u len %u", e->win, e->len);
	if (e->bits & TCPLEDGER_SEG_RETRANSMIT)
		seq_puts(m, "  retransmit");
	if (e->bits & TCPLEDGER_SEG_OTHER)
		seq_puts(m, "  not from TCP");
	if (e->bits & TCPLEDGER_SEG_REFUSED)
		seq_puts(m, "  not accepted");
}

static void show_entry(struct seq_file *m, const struct tcpledger_record *r,
		       const struct tcpledger_entry *e, u32 n)
{
	u32 fraction;
	u64 seconds = div_u64_rem(e->t_ns, NSEC_PER_SEC, &fraction);

	seq_printf(m, "  %3u %6llu.%09u  ", n, seconds, fraction);
	switch (e->type) {
	case TCPLEDGER_ENTRY_STATE:
		seq_printf(m, "state %s -> %s  by %s",
			   tcpledger_state_names[e->from],
			   tcpledger_state_names[e->to],
			   tcpledger_cause_names[e->cause]);
		break;
	case TCPLEDGER_ENTRY_NOTE:
		seq_printf(m, "note  %s", tcpledger_anomaly_names[e->tag]);
		break;
	default:
		show_segment(m, r, e);
	}
	if (e->segment >= 0)
		seq_printf(m, " %d", e->segment);
	seq_putc(m, '\n');
}

static void show_actor(struct seq_file *m, const char *what, s32 pid,
		       const char *comm)
{
	char text[4 * TCPLEDGER_COMM_LEN + 1];
	int n;

	if (!comm[0])
		return;
	/* A name may have any bytes; all but printable ASCII are escaped. */
	n = string_escape_mem(comm, strnlen(comm, TCPLEDGER_COMM_LEN), text,
			      sizeof(text) - 1, ESCAPE_HEX | ESCAPE_NAP, NULL);
	text[min_t(size_t, n, sizeof(text) - 1)] = '\0';
	seq_printf(m, ", %s %s", what, text);
	if (pid >= 0)
		seq_printf(m, "[%d]", pid);
}

static void show_who(struct seq_file *m, const struct tcpledger_record *r)
{
	struct tm tm;
	u32 fraction;
	u64 seconds = div_u64_rem(r->opened_at, NSEC_PER_SEC, &fraction);

	time64_to_tm(seconds, 0, &tm);
	seq_printf(m, "    opened %04ld-%02d-%02dT%02d:%02d:%02d.%09uZ",
		   tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		   tm.tm_min, tm.tm_sec, fraction);
	show_actor(m, "by", r->pid, r->comm);
	if (r->uid >= 0)
		seq_printf(m, ", uid %lld", r->uid);
	show_actor(m, "closed by", r->closer_pid, r->closer_comm);
	if (r->peer_id)
		seq_printf(m, ", peer #%llu", r->peer_id);
	seq_putc(m, '\n');
}

static void show_numbers(struct seq_file *m, const struct tcpledger_record *r)
{
	char text[TCPLEDGER_DURATION_LEN];

	seq_puts(m, "    isn");
	if (r->local_isn >= 0)
		seq_printf(m, " local %lld", r->local_isn);
	if (r->remote_isn >= 0)
		seq_printf(m, " remote %lld", r->remote_isn);
	if (r->local_isn < 0 && r->remote_isn < 0)
		seq_puts(m, " unknown");
	if (r->handshake_ns >= 0)
		seq_printf(m, ", handshake %s",
			   tcpledger_text_duration(text, r->handshake_ns));
	if (r->bytes_sent >= 0)
		seq_printf(m, ", sent %lld received %lld bytes", r->bytes_sent,
			   r->bytes_received);
	if (r->flags & TCPLEDGER_REC_TIME_WAIT && r->tw_residence_ns >= 0)
		seq_printf(m, ", 2MSL %s (%s)",
			   tcpledger_text_duration(text, r->tw_residence_ns),
			   tcpledger_exit_names[r->tw_exit]);
	if (r->anomalies) {
		seq_puts(m, ", ");
		tcpledger_text_anomalies(m, r->anomalies);
	}
	seq_putc(m, '\n');
}

static void show(struct seq_file *m, const struct tcpledger_snapshot *s)
{
	const struct tcpledger_record *r = &s->view->record;
	bool v6 = r->flags & TCPLEDGER_REC_IPV6;
	char local[TCPLEDGER_ENDPOINT_LEN], remote[TCPLEDGER_ENDPOINT_LEN];
	u32 i;

	seq_printf(m, "#%llu %s -> %s  %s  %s, %s", r->id,
		   tcpledger_text_endpoint(local, r->local, r->lport, v6),
		   tcpledger_text_endpoint(remote, r->remote, r->rport, v6),
		   tcpledger_state_names[r->state],
		   tcpledger_role_names[r->role],
		   tcpledger_outcome_names[r->outcome]);
	if (r->kind != TCPLEDGER_KIND_OPEN)
		seq_printf(m, ", close %s", tcpledger_kind_names[r->kind]);
	if (r->first != TCPLEDGER_SIDE_NOBODY)
		seq_printf(m, " (%s first)", tcpledger_side_names[r->first]);
	if (r->flags & TCPLEDGER_REC_PARTIAL)
		seq_puts(m, ", partial");
	/* A record that a container left must not look like the host's own. */
	if (r->netns != s->tn->net->ns.inum)
		seq_printf(m, ", netns %u", r->netns);
	if (r->ifindex)
		seq_printf(m, ", ifindex %u", r->ifindex);
	seq_putc(m, '\n');
	show_who(m, r);
	show_numbers(m, r);
	for (i = 0; i < r->log_n; i++)
		show_entry(m, r, &s->view->entries[i], i);
	if (r->log_dropped)
		seq_printf(m, "    %u more entries did not fit\n",
			   r->log_dropped);
	seq_putc(m, '\n');
}

static int log_open(struct inode *inode, struct file *file)
{
	static const struct tcpledger_text kind = {
		.show = show,
		.whole = true,
	};

	return tcpledger_text_open(inode, file, &kind);
}

const struct proc_ops tcpledger_log_ops = {
	.proc_open	= log_open,
	.proc_read	= seq_read,
	.proc_lseek	= seq_lseek,
	.proc_release	= tcpledger_text_release,
};
