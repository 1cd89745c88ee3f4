// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

/**
 * fixture_begin - start a record of which nothing but the tuple is known
 * @f: record
 * @id: its number
 * @local: own address; IPv6 if it has a colon
 * @lport: own port
 * @remote: the peer's address
 * @rport: the peer's port
 */
void fixture_begin(struct fixture *f, unsigned long long id, const char *local,
		   unsigned int lport, const char *remote, unsigned int rport)
{
	struct tcpledger_record *r = &f->record;
	int family = strchr(local, ':') ? AF_INET6 : AF_INET;
	unsigned int i;

	memset(f, 0, sizeof(*f));
	r->id = id;
	r->netns = FIXTURE_NETNS;
	r->flags = TCPLEDGER_REC_LIVE | (family == AF_INET6 ? TCPLEDGER_REC_IPV6 : 0);
	if (inet_pton(family, local, r->local) != 1 || inet_pton(family, remote, r->remote) != 1)
		abort();
	r->lport = (__u16)lport;
	r->rport = (__u16)rport;
	r->state = TCPLEDGER_STATE_CLOSE;
	r->sack = -1;
	r->timestamps = -1;
	r->local_wscale = -1;
	r->remote_wscale = -1;
	r->error = -1;
	r->opened_at = -1;
	r->base_ns = -1;
	r->ended_ns = -1;
	r->duration_ns = -1;
	r->state_age_ns = -1;
	r->uid = -1;
	r->cgroup = -1;
	r->inode = -1;
	r->cookie = -1;
	r->pid = -1;
	r->closer_pid = -1;
	r->local_mss = -1;
	r->remote_mss = -1;
	r->retransmits = -1;
	r->local_isn = -1;
	r->remote_isn = -1;
	r->syn_ns = -1;
	r->synack_ns = -1;
	r->ack_ns = -1;
	r->handshake_ns = -1;
	r->accept_ns = -1;
	r->local_fin_ns = -1;
	r->remote_fin_ns = -1;
	r->half_close_ns = -1;
	r->tw_entered_ns = -1;
	r->tw_nominal_ns = -1;
	r->tw_remaining_ns = -1;
	r->tw_residence_ns = -1;
	for (i = 0; i < TCPLEDGER_STATE_MAX; i++)
		r->residence_ns[i] = -1;
	r->bytes_sent = -1;
	r->bytes_received = -1;
	r->srtt_us = -1;
	r->min_rtt_us = -1;
}

/**
 * fixture_owner - tell the owner
 * @f: record
 * @pid: process id
 * @comm: name, cut as the kernel cuts it
 */
void fixture_owner(struct fixture *f, int pid, const char *comm)
{
	f->record.pid = pid;
	strncpy(f->record.comm, comm, TCPLEDGER_COMM_LEN - 1);
	f->record.uid = 0;
	f->record.cgroup = 4093;
	f->record.inode = 18231;
	f->record.cookie = 77;
}

/**
 * fixture_opened - tell how it was opened
 * @f: record
 * @role: by whom
 * @outcome: with what result
 * @seconds_ago: when, before FIXTURE_NOW
 */
void fixture_opened(struct fixture *f, enum tcpledger_role role,
		    enum tcpledger_outcome outcome, long long seconds_ago)
{
	f->record.role = (__u8)role;
	f->record.outcome = (__u8)outcome;
	f->record.opened_at = FIXTURE_NOW - seconds_ago * 1000000000LL;
	f->record.base_ns = 9000000000000LL - seconds_ago * 1000000000LL;
}

/**
 * fixture_ended - tell how it ended
 * @f: record
 * @kind: how
 * @duration_ns: how long it lived
 */
void fixture_ended(struct fixture *f, enum tcpledger_kind kind, long long duration_ns)
{
	f->record.flags &= ~TCPLEDGER_REC_LIVE;
	f->record.kind = (__u8)kind;
	f->record.ended_ns = duration_ns;
	f->record.duration_ns = duration_ns;
	f->record.state_age_ns = -1;
}

/**
 * fixture_isn - tell the initial sequence numbers
 * @f: record
 * @local: ours
 * @remote: the peer's
 */
void fixture_isn(struct fixture *f, unsigned int local, unsigned int remote)
{
	f->record.local_isn = local;
	f->record.remote_isn = remote;
}

/**
 * fixture_options - the options of two Linux hosts on loopback
 * @f: record
 */
void fixture_options(struct fixture *f)
{
	f->record.local_mss = 65495;
	f->record.remote_mss = 65495;
	f->record.local_wscale = 7;
	f->record.remote_wscale = 7;
	f->record.sack = 1;
	f->record.timestamps = 1;
}

static struct tcpledger_entry *add(struct fixture *f, long long t_ns)
{
	struct tcpledger_entry *e;

	if (f->record.log_n == TCPLEDGER_LOG_MAX)
		abort();
	e = &f->log[f->record.log_n++];
	e->t_ns = t_ns;
	e->segment = -1;
	return e;
}

/**
 * fixture_change - a state change
 * @f: record
 * @t_ns: when
 * @from: old state
 * @to: new state, the record's state from now on
 * @cause: why
 * @segment: entry that caused it, or -1
 *
 * Return: number of the entry.
 */
int fixture_change(struct fixture *f, long long t_ns, enum tcpledger_state from,
		   enum tcpledger_state to, enum tcpledger_cause cause, int segment)
{
	struct tcpledger_entry *e = add(f, t_ns);

	e->type = TCPLEDGER_ENTRY_STATE;
	e->from = (__u8)from;
	e->to = (__u8)to;
	e->cause = (__u8)cause;
	e->segment = (__s16)segment;
	f->record.state = (__u8)to;
	return (int)f->record.log_n - 1;
}

static int segment(struct fixture *f, long long t_ns, enum tcpledger_entry_type type,
		   unsigned int flags, unsigned int seq, unsigned int ack, unsigned int len)
{
	struct tcpledger_entry *e = add(f, t_ns);

	e->type = (__u8)type;
	e->flags = (__u8)flags;
	e->seq = seq;
	e->ack = ack;
	e->len = len;
	e->win = 512;
	e->ttl = 64;
	if (type == TCPLEDGER_ENTRY_IN)
		e->bits = TCPLEDGER_SEG_ACCEPTED;
	return (int)f->record.log_n - 1;
}

/**
 * fixture_out - a segment that TCP sent
 * @f: record
 * @t_ns: when
 * @flags: TCPLEDGER_SYN and so on
 * @seq: sequence number
 * @ack: acknowledgment number
 * @len: payload
 *
 * Return: number of the entry.
 */
int fixture_out(struct fixture *f, long long t_ns, unsigned int flags, unsigned int seq,
		unsigned int ack, unsigned int len)
{
	return segment(f, t_ns, TCPLEDGER_ENTRY_OUT, flags, seq, ack, len);
}

/**
 * fixture_in - a segment that came and that TCP took
 * @f: record
 * @t_ns: when
 * @flags: TCPLEDGER_SYN and so on
 * @seq: sequence number
 * @ack: acknowledgment number
 * @len: payload
 *
 * Return: number of the entry.
 */
int fixture_in(struct fixture *f, long long t_ns, unsigned int flags, unsigned int seq,
	       unsigned int ack, unsigned int len)
{
	return segment(f, t_ns, TCPLEDGER_ENTRY_IN, flags, seq, ack, len);
}

/**
 * fixture_note - an anomaly, in the log and in the mask
 * @f: record
 * @t_ns: when
 * @tag: which
 * @about: entry it is about, or -1
 *
 * Return: number of the entry.
 */
int fixture_note(struct fixture *f, long long t_ns, enum tcpledger_anomaly tag, int about)
{
	struct tcpledger_entry *e = add(f, t_ns);

	e->type = TCPLEDGER_ENTRY_NOTE;
	e->tag = (__u8)tag;
	e->segment = (__s16)about;
	f->record.anomalies |= 1ULL << tag;
	return (int)f->record.log_n - 1;
}

/**
 * fixture_bits - say more of a segment
 * @f: record
 * @entry: its number
 * @bits: TCPLEDGER_SEG_*, in place of what it has
 */
void fixture_bits(struct fixture *f, int entry, unsigned int bits)
{
	f->log[entry].bits = (__u8)bits;
}

/**
 * fixture_header - the header of a good file
 * @header: set to it
 */
void fixture_header(struct tcpledger_header *header)
{
	memset(header, 0, sizeof(*header));
	header->magic = TCPLEDGER_MAGIC;
	header->version = TCPLEDGER_VERSION;
	header->header_size = sizeof(*header);
	header->record_size = sizeof(struct tcpledger_record);
	header->entry_size = sizeof(struct tcpledger_entry);
	header->netns = FIXTURE_NETNS;
	header->hz = 250;
	header->monotonic_ns = 9000000000000LL;
	header->realtime_ns = FIXTURE_NOW;
}

/**
 * fixture_file - create a file
 * @dir: where
 * @name: its name
 *
 * Return: the file; the program ends if it cannot be made.
 */
FILE *fixture_file(const char *dir, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "wb");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

/**
 * fixture_write_header - write a good header
 * @file: where
 */
void fixture_write_header(FILE *file)
{
	struct tcpledger_header header;

	fixture_header(&header);
	fwrite(&header, sizeof(header), 1, file);
}

/**
 * fixture_write - write a record with its log
 * @file: where
 * @f: the record
 */
void fixture_write(FILE *file, const struct fixture *f)
{
	struct tcpledger_record record = f->record;
	size_t log = record.log_n * sizeof(f->log[0]);

	record.size = (__u32)(sizeof(record) + log);
	fwrite(&record, sizeof(record), 1, file);
	fwrite(f->log, log, 1, file);
}
