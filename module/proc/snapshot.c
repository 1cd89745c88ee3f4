// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a reader sees. The first read takes the names of all records, in order. Each
 * record is copied when its turn comes, under the lock of its bucket. Reading changes
 * nothing, and takes memory for the names and one record.
 */
#include "proc/snapshot.h"

#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/cred.h>
#include <linux/sort.h>
#include <linux/ktime.h>
#include <net/inet_sock.h>
#include <net/sock.h>

#include "ledger/lists.h"
#include "ledger/net.h"
#include "ledger/owner.h"
#include "ledger/socket.h"
#include "ledger/table.h"
#include "verdict/record.h"

static int newer_first(const void *pa, const void *pb)
{
	const struct tcpledger_name *a = pa, *b = pb;

	if (a->live != b->live)
		return a->live ? -1 : 1;
	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	return a->id > b->id ? -1 : 1;
}

static void name_bucket(struct tcpledger_snapshot *s, u32 index, u32 room,
			u64 last_id)
{
	struct tcpledger_bucket *b = &tcpledger_buckets[index];
	struct tcpledger_conn *c;
	unsigned long flags;

	raw_spin_lock_irqsave(&b->lock, flags);
	hlist_for_each_entry(c, &b->head, node) {
		bool live = tcpledger_facts_live(&c->facts);

		if (c->tn != s->tn || c->id > last_id || s->n == room)
			continue;
		s->name[s->n++] = (struct tcpledger_name){
			.c = c,
			.id = c->id,
			.order = live ? c->facts.base : c->facts.ended_at,
			.bucket = index,
			.live = live,
		};
		s->v6 |= c->key.v6;
		s->foreign |= c->netns != s->tn->net->ns.inum;
		s->bound |= c->key.ifindex > 0;
	}
	raw_spin_unlock_irqrestore(&b->lock, flags);
}

/* Sorting a million names takes long, so let others run. */
static int compare(const void *pa, const void *pb, const void *count)
{
	u32 *n = (u32 *)count;

	if (!(++*n & 0xfff))
		cond_resched();
	return newer_first(pa, pb);
}

/**
 * tcpledger_snapshot_take() - name the records that exist now
 * @s: with @tn set; an earlier snapshot in it is dropped
 *
 * The reader may be a container's root and keeps the memory until the file is
 * closed, so the memory is charged to the reader's cgroup.
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int tcpledger_snapshot_take(struct tcpledger_snapshot *s)
{
	u32 room, i, compared = 0;
	u64 last_id;

	room = tcpledger_lists_total(s->tn, &last_id);
	tcpledger_snapshot_drop(s);
	s->view = kvmalloc(sizeof(*s->view), GFP_KERNEL_ACCOUNT);
	s->name = kvmalloc_array(max(room, 1U), sizeof(*s->name),
				 GFP_KERNEL_ACCOUNT);
	if (!s->view || !s->name) {
		tcpledger_snapshot_drop(s);
		return -ENOMEM;
	}
	for (i = 0; i <= tcpledger_bucket_mask; i++) {
		if (!hlist_empty(&tcpledger_buckets[i].head))
			name_bucket(s, i, room, last_id);
		if (!(i & 0xfff))
			cond_resched();
	}
	sort_r(s->name, s->n, sizeof(*s->name), compare, NULL, &compared);
	return 0;
}

/**
 * tcpledger_snapshot_drop() - free it
 * @s: the snapshot; @tn stays
 *
 * Context: process.
 */
void tcpledger_snapshot_drop(struct tcpledger_snapshot *s)
{
	kvfree(s->name);
	kvfree(s->view);
	s->name = NULL;
	s->view = NULL;
	s->n = 0;
	s->gone = 0;
	s->v6 = false;
	s->foreign = false;
	s->bound = false;
}

/* Copy the record; of its log only what is written. */
static bool copy(const struct tcpledger_snapshot *s,
		 const struct tcpledger_name *name)
{
	const size_t begin = offsetof(struct tcpledger_conn, netns);
	struct tcpledger_view *v = s->view;
	struct tcpledger_conn *c = name->c;
	struct tcpledger_bucket *b;
	unsigned long flags;
	u32 n;

	b = tcpledger_table_lock_index(name->bucket, &flags);
	/* Ids are per namespace, and memory is reused: it may be another record. */
	if (!tcpledger_table_has(b, c, name->id) || c->tn != s->tn) {
		tcpledger_table_unlock(b, flags);
		return false;
	}
	n = c->facts.log.n;
	/* Another lock covers lru and place before @netns: do not copy them. */
	memcpy((u8 *)&v->conn + begin, (const u8 *)c + begin,
	       offsetof(struct tcpledger_conn,
			facts.log.first[min_t(u32, n, TCPLEDGER_LOG_FIRST)]) -
	       begin);
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

/**
 * tcpledger_snapshot_view() - read one record
 * @s: the snapshot
 * @i: index in it
 * @whole: also the log, the peer's id and the live socket's counters
 *
 * Context: process, in the reader's task.
 * Return: true with @s->view filled, false if the record is gone, which is
 * counted.
 */
bool tcpledger_snapshot_view(struct tcpledger_snapshot *s, u32 i, bool whole)
{
	struct tcpledger_view *v = s->view;
	struct tcpledger_record *r = &v->record;
	u32 n;

	if (!copy(s, &s->name[i])) {
		s->gone++;
		return false;
	}
	memset(r, 0, sizeof(*r));
	fill_identity(r, &v->conn);
	tcpledger_record_fill(r, &v->conn.facts, ktime_get_mono_fast_ns());
	if (!whole)
		return true;
	fill_owner(r, &v->conn);
	read_socket(v, s->tn->net);
	r->peer_id = peer_id(&v->conn);
	r->bytes_sent = v->conn.bytes_sent;
	r->bytes_received = v->conn.bytes_received;
	r->retransmits = v->conn.retransmits;
	r->srtt_us = v->conn.srtt_us;
	r->min_rtt_us = v->conn.min_rtt_us;
	for (n = 0; n < r->log_n; n++)
		tcpledger_log_export(tcpledger_log_at(&v->conn.facts.log, n),
				     &v->entries[n]);
	r->size = sizeof(*r) + r->log_n * sizeof(v->entries[0]);
	return true;
}
