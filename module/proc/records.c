// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/records: the binary file, see <linux/tcpledger.h>.
 */
#include "proc/access.h"
#include "proc/files.h"

#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "ledger/net.h"
#include "proc/snapshot.h"

/**
 * struct records_reader - one open file
 * @lock: one read at a time
 * @snapshot: the records that existed at the first read
 * @next: index of the next record
 * @begun: the header was read
 */
struct records_reader {
	struct mutex			lock;	/* one read at a time */
	struct tcpledger_snapshot	snapshot;
	u32				next;
	bool				begun;
};

static ssize_t begin(struct records_reader *r, char __user *buf, size_t count)
{
	struct tcpledger_header h = {
		.magic = TCPLEDGER_MAGIC,
		.version = TCPLEDGER_VERSION,
		.header_size = sizeof(struct tcpledger_header),
		.record_size = sizeof(struct tcpledger_record),
		.entry_size = sizeof(struct tcpledger_entry),
		.netns = r->snapshot.tn->net->ns.inum,
		.hz = HZ,
		.monotonic_ns = ktime_get_ns(),
		.realtime_ns = ktime_get_real_ns(),
	};
	int ret;

	if (count < sizeof(h))
		return -EINVAL;
	ret = tcpledger_snapshot_take(&r->snapshot);
	if (ret)
		return ret;
	if (copy_to_user(buf, &h, sizeof(h)))
		return -EFAULT;
	r->next = 0;
	r->begun = true;
	return sizeof(h);
}

/* Copy as many whole records as fit. */
static ssize_t more(struct records_reader *r, char __user *buf, size_t count)
{
	struct tcpledger_snapshot *s = &r->snapshot;
	size_t done = 0;

	for (; r->next < s->n; r->next++) {
		u32 size;

		cond_resched();
		if (!tcpledger_snapshot_view(s, r->next, true))
			continue;
		size = s->view->record.size;
		if (size > count - done)
			return done ? done : -EINVAL;
		if (copy_to_user(buf + done, &s->view->record, size))
			return done ? done : -EFAULT;
		done += size;
		if (signal_pending(current)) {
			r->next++;
			break;
		}
	}
	return done;
}

static ssize_t records_read(struct file *file, char __user *buf, size_t count,
			    loff_t *pos)
{
	struct records_reader *r = file->private_data;
	ssize_t done = 0, ret = 0;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&r->lock))
		return -ERESTARTSYS;
	if (!*pos)
		r->begun = false;
	if (!r->begun) {
		ret = begin(r, buf, count);
		if (ret > 0)
			done = ret;
	}
	if (ret >= 0) {
		ret = more(r, buf + done, count - done);
		if (ret > 0)
			done += ret;
	}
	mutex_unlock(&r->lock);
	*pos += done;
	return done ? done : ret;
}

static loff_t records_lseek(struct file *file, loff_t offset, int whence)
{
	if (whence != SEEK_SET || offset)
		return -EINVAL;
	file->f_pos = 0;
	return 0;
}

static int records_open(struct inode *inode, struct file *file)
{
	struct tcpledger_net *tn = pde_data(inode);
	struct records_reader *r;
	int ret = tcpledger_access_begin(tn->net);

	if (ret)
		return ret;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r) {
		put_net(tn->net);
		return -ENOMEM;
	}
	r->snapshot.tn = tn;
	mutex_init(&r->lock);
	file->private_data = r;
	return 0;
}

static int records_release(struct inode *inode, struct file *file)
{
	struct records_reader *r = file->private_data;

	tcpledger_snapshot_drop(&r->snapshot);
	put_net(r->snapshot.tn->net);
	kfree(r);
	return 0;
}

const struct proc_ops tcpledger_records_ops = {
	.proc_open	= records_open,
	.proc_read	= records_read,
	.proc_lseek	= records_lseek,
	.proc_release	= records_release,
};
