// SPDX-License-Identifier: GPL-2.0-only
/*
 * A reader's own copy of one record: taken under the lock of its bucket, and filled with
 * all that readers get, in the reader's task.
 */
#include "proc/view.h"

#include <linux/cred.h>
#include <linux/ktime.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/owner.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/record.h"

static_assert(offsetof(struct tcpledger_view, record) -
	      offsetof(struct tcpledger_view, frame) ==
	      offsetof(struct tcpledger_frame_record, record));
static_assert(offsetof(struct tcpledger_view, entries) ==
	      offsetofend(struct tcpledger_view, record));

/* Copy the record; of its log only what is written, or nothing. */
static bool copy(struct tcpledger_view *v, const struct tcpledger_net *tn,
		 const struct tcpledger_candidate *of, bool with_log)
{
	const size_t begin = offsetof(struct tcpledger_conn, netns);
	struct tcpledger_conn *c = of->c;
	struct tcpledger_bucket *b;
	unsigned long flags;
	u32 n, i;

	b = tcpledger_table_lock_index(of->bucket, &flags);
	/* Ids are per namespace, and memory is reused: it may be another record. */
	if (!tcpledger_table_has(b, c, of->id) || c->tn != tn) {
		tcpledger_table_unlock(b, flags);
		return false;
	}
	n = with_log ? c->facts.log.n : 0;
	/* Another lock covers lru and place before @netns: do not copy them. */
	memcpy((u8 *)&v->conn + begin, (const u8 *)c + begin,
	       offsetof(struct tcpledger_conn, facts.log.first) - begin);
	for (i = 0; i < min_t(u32, n, TCPLEDGER_LOG_FIRST); i++)
		v->conn.facts.log.first[i] = c->facts.log.first[i];
	if (n > TCPLEDGER_LOG_FIRST)
		memcpy(v->more, c->facts.log.more,
		       (n - TCPLEDGER_LOG_FIRST) * sizeof(v->more[0]));
	tcpledger_table_unlock(b, flags);
	v->conn.facts.log.more = v->more;
	return true;
}

/* The other endpoint of a loopback connection: mirrored tuple, same ISNs. */
static u64 peer_id(const struct tcpledger_conn *c)
{
	const u32 isns = KNOWN_LOCAL_ISN | KNOWN_REMOTE_ISN;
	struct tcpledger_key key;
	struct tcpledger_conn *other;
	struct tcpledger_bucket *b;
	unsigned long flags;
	u64 id = 0;

	tcpledger_key_mirror(&key, &c->key);
	b = tcpledger_table_lock(&key, &flags);
	hlist_for_each_entry(other, &b->head, node) {
		const struct tcpledger_facts *f = &other->facts;

		if (other->id == c->id || other->tn != c->tn ||
		    !tcpledger_key_same_tuple(&other->key, &key))
			continue;
		/* Before the SYN/ACK both records know only one of the ISNs. */
		if ((f->bits & c->facts.bits & isns) == isns ?
		    f->local_isn == c->facts.remote_isn &&
		    f->remote_isn == c->facts.local_isn :
		    (f->bits & KNOWN_REMOTE_ISN && c->facts.bits & KNOWN_LOCAL_ISN &&
		     f->remote_isn == c->facts.local_isn) ||
		    (f->bits & KNOWN_LOCAL_ISN && c->facts.bits & KNOWN_REMOTE_ISN &&
		     f->local_isn == c->facts.remote_isn)) {
			id = other->id;
			break;
		}
	}
	tcpledger_table_unlock(b, flags);
	return id;
}

/* A live connection's counters are in its socket. */
static void read_socket(struct tcpledger_view *v, struct net *net)
{
	struct sock *sk;

	if (!tcpledger_facts_live(&v->conn.facts) || !v->conn.sk)
		return;
	sk = tcpledger_socket_hold(net, &v->conn.key);
	if (!sk)
		return;
	/* Only the full socket that the record knows, not one in its place. */
	if (sk == v->conn.sk && tcpledger_socket_is_full(sk))
		tcpledger_socket_counters(&v->conn, sk);
	sock_gen_put(sk);
}

static void fill_owner(struct tcpledger_record *r,
		       const struct tcpledger_conn *c)
{
	const struct tcpledger_owner *o = &c->owner;

	r->pid = tcpledger_actor_pid(&o->actor);
	memcpy(r->comm, o->actor.comm, sizeof(r->comm));
	r->uid = o->uid == (u32)-1 ? -1 :
		 (s64)from_kuid_munged(current_user_ns(),
				       KUIDT_INIT(o->uid));
	r->cgroup = o->cgroup ? (s64)o->cgroup : -1;
	r->inode = o->inode ? (s64)o->inode : -1;
	r->cookie = o->cookie ? (s64)o->cookie : -1;
	r->closer_pid = tcpledger_actor_pid(&c->closer);
	memcpy(r->closer_comm, c->closer.comm, sizeof(r->closer_comm));
}

static void fill_identity(struct tcpledger_record *r,
			  const struct tcpledger_conn *c)
{
	r->id = c->id;
	r->netns = c->netns;
	r->ifindex = c->key.ifindex;
	r->flags = c->key.v6 ? TCPLEDGER_REC_IPV6 : 0;
	memcpy(r->local, c->key.local, sizeof(r->local));
	memcpy(r->remote, c->key.remote, sizeof(r->remote));
	r->lport = ntohs(c->key.lport);
	r->rport = ntohs(c->key.rport);
	r->opened_at = c->wall;
}

/* Where the record of a brief OPEN ends, a frame must end too. */
static_assert(offsetofend(struct tcpledger_record, closer_comm) % 8 == 0);

static void fill(struct tcpledger_view *v)
{
	struct tcpledger_record *r = &v->record;

	memset(r, 0, sizeof(*r));
	fill_identity(r, &v->conn);
	v->monotonic_ns = ktime_get_mono_fast_ns();
	tcpledger_record_fill(r, &v->conn.facts, v->monotonic_ns);
}

/* What a list of many records does without: see @whole of tcpledger_view_read(). */
static void fill_rest(struct tcpledger_view *v, const struct tcpledger_net *tn)
{
	struct tcpledger_record *r = &v->record;

	fill_owner(r, &v->conn);
	read_socket(v, tn->net);
	r->peer_id = peer_id(&v->conn);
	r->bytes_sent = v->conn.bytes_sent;
	r->bytes_received = v->conn.bytes_received;
	r->retransmits = v->conn.retransmits;
	r->srtt_us = v->conn.srtt_us;
	r->min_rtt_us = v->conn.min_rtt_us;
}

/**
 * tcpledger_view_read() - read one record
 * @v: filled, if it is still there; all of it but the frame
 * @tn: the namespace
 * @of: the record, as a name
 * @whole: also the log, the peer's id and the live socket's counters
 *
 * Context: process, in the reader's task.
 * Return: false if the record is gone.
 */
bool tcpledger_view_read(struct tcpledger_view *v, const struct tcpledger_net *tn,
			 const struct tcpledger_candidate *of, bool whole)
{
	struct tcpledger_record *r = &v->record;
	u32 n;

	if (!copy(v, tn, of, true))
		return false;
	fill(v);
	if (!whole)
		return true;
	fill_rest(v, tn);
	for (n = 0; n < r->log_n; n++)
		tcpledger_log_export(tcpledger_log_at(&v->conn.facts.log, n),
				     &v->entries[n]);
	r->size = sizeof(*r) + r->log_n * sizeof(v->entries[0]);
	return true;
}

/**
 * tcpledger_view_read_end() - read one record without its log
 * @v: filled, if it is still there; all of it but the frame and @v->entries
 * @tn: the namespace
 * @of: the record, as a name
 *
 * Context: process, in the reader's task.
 * Return: false if the record is gone.
 */
bool tcpledger_view_read_end(struct tcpledger_view *v, const struct tcpledger_net *tn,
			     const struct tcpledger_candidate *of)
{
	if (!copy(v, tn, of, true))
		return false;
	fill(v);
	fill_rest(v, tn);
	v->record.size = sizeof(v->record);
	return true;
}

/**
 * tcpledger_view_read_open() - read which connection a record is of, and whose
 * @v: filled, if it is still there, as far as @v->record.closer_comm, but for the frame
 *	and the peer's id
 * @tn: the namespace
 * @of: the record, as a name
 *
 * Context: process, in the reader's task.
 * Return: false if the record is gone.
 */
bool tcpledger_view_read_open(struct tcpledger_view *v, const struct tcpledger_net *tn,
			      const struct tcpledger_candidate *of)
{
	struct tcpledger_record *r = &v->record;
	u32 n;

	if (!copy(v, tn, of, false))
		return false;
	n = v->conn.facts.log.n;
	v->conn.facts.log.n = 0;	/* what is derived from it comes after closer_comm */
	fill(v);
	fill_owner(r, &v->conn);
	r->log_n = n;
	r->size = offsetofend(struct tcpledger_record, closer_comm);
	return true;
}
