// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/net/tcpledger/filter: which connections are recorded.
 *
 * The text is that of 'tcpdump -y RAW -ddd EXPRESSION': the number of instructions,
 * then a line for each with code, jt, jf and k. Lines that begin with '#' are kept for
 * readers. The program is in force once the last of its lines was written, which may
 * take several writes. A write of nothing but blanks removes it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/ctype.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/net_namespace.h>

#include "ledger/net.h"
#include "proc/access.h"
#include "proc/files.h"

/**
 * struct filter_file - one open file
 * @tn: the namespace
 * @lock: one call at a time
 * @text: what was written so far, or what is read; ends with 0
 * @len: its length
 * @read: @text is what is read
 * @done: a program was written to its end
 */
struct filter_file {
	struct tcpledger_net	*tn;
	struct mutex		lock;	/* covers the members below */
	char			*text;
	u32			len;
	bool			read;
	bool			done;
};

/* Take the next line off *@text that is not a comment; NULL if none is complete. */
static char *next_line(char **text)
{
	char *line, *end;

	do {
		end = strchr(*text, '\n');
		if (!end)
			return NULL;
		line = *text;
		*end = 0;
		*text = end + 1;
	} while (*line == '#');
	return line;
}

/* Read one instruction. */
static bool parse_instruction(char *line, struct sock_filter *to)
{
	char *word[4];
	int i;

	line = strim(line);
	for (i = 0; i < ARRAY_SIZE(word); i++)
		word[i] = strsep(&line, " ");
	return !line && word[3] && !kstrtou16(word[0], 10, &to->code) &&
	       !kstrtou8(word[1], 10, &to->jt) && !kstrtou8(word[2], 10, &to->jf) &&
	       !kstrtou32(word[3], 10, &to->k);
}

/*
 * Put the text into force if it is complete. Return: 1 if it is not yet, 0, or a
 * negative errno.
 */
static int apply(struct filter_file *f)
{
	char *copy = kvmalloc(f->len + 1, GFP_KERNEL_ACCOUNT), *at = copy, *line;
	struct sock_filter *code = NULL;
	unsigned int n, i;
	int ret = 1;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, f->text, f->len + 1);
	line = next_line(&at);
	if (!line)
		goto out;
	ret = -EINVAL;
	if (kstrtouint(strim(line), 10, &n) || !n || n > BPF_MAXINSNS)
		goto out;
	code = kvmalloc_array(n, sizeof(*code), GFP_KERNEL_ACCOUNT);
	if (!code) {
		ret = -ENOMEM;
		goto out;
	}
	for (i = 0; i < n; i++) {
		line = next_line(&at);
		if (!line || !parse_instruction(line, &code[i])) {
			ret = line ? -EINVAL : 1;
			goto out;
		}
	}
	ret = *skip_spaces(at) ? -EINVAL :
	      tcpledger_scope_narrow(f->tn, code, n, f->text, f->len);
out:
	kvfree(code);
	kvfree(copy);
	return ret;
}

static void forget(struct filter_file *f)
{
	kvfree(f->text);
	f->text = NULL;
	f->len = 0;
	f->read = false;
}

/* Add what is written to what was. */
static int append(struct filter_file *f, const char __user *buf, size_t count)
{
	char *text;

	if (f->read)
		forget(f);
	if (count > TCPLEDGER_FILTER_TEXT_MAX - f->len)
		return -EFBIG;
	text = kvmalloc(f->len + count + 1, GFP_KERNEL_ACCOUNT);
	if (!text)
		return -ENOMEM;
	if (f->len)
		memcpy(text, f->text, f->len);
	if (copy_from_user(text + f->len, buf, count)) {
		kvfree(text);
		return -EFAULT;
	}
	kvfree(f->text);
	f->text = text;
	f->len += count;
	text[f->len] = 0;
	return strlen(text) == f->len ? 0 : -EINVAL;
}

static ssize_t filter_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	struct filter_file *f = file->private_data;
	int ret;

	if (!count)
		return 0;
	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	ret = append(f, buf, count);
	if (!ret) {
		if (*skip_spaces(f->text)) {
			ret = apply(f);
			f->done |= !ret;
		} else if (!f->done) {	/* else an empty line behind a program */
			tcpledger_scope_widen(f->tn);
		}
	}
	/* What is incomplete waits for the next write; all else begins anew. */
	if (ret <= 0)
		forget(f);
	mutex_unlock(&f->lock);
	return ret < 0 ? ret : count;
}

static ssize_t filter_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	struct filter_file *f = file->private_data;
	ssize_t ret = 0;

	if (mutex_lock_interruptible(&f->lock))
		return -ERESTARTSYS;
	if (!*pos) {
		forget(f);
		ret = tcpledger_scope_text(f->tn, &f->text, &f->len);
		f->read = !ret;
	}
	if (!ret && f->read && f->text)
		ret = simple_read_from_buffer(buf, count, pos, f->text, f->len);
	mutex_unlock(&f->lock);
	return ret;
}

static int filter_open(struct inode *inode, struct file *file)
{
	struct tcpledger_net *tn = pde_data(inode);
	struct filter_file *f;
	int ret = tcpledger_access_begin(tn->net);

	if (ret)
		return ret;
	f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	if (!f) {
		put_net(tn->net);
		return -ENOMEM;
	}
	f->tn = tn;
	mutex_init(&f->lock);
	file->private_data = f;
	return 0;
}

static int filter_release(struct inode *inode, struct file *file)
{
	struct filter_file *f = file->private_data;

	if (f->text && !f->read)
		pr_notice_ratelimited("filter: closed before the last line of the program: nothing is changed\n");
	put_net(f->tn->net);
	kvfree(f->text);
	kfree(f);
	return 0;
}

const struct proc_ops tcpledger_filter_ops = {
	.proc_open	= filter_open,
	.proc_read	= filter_read,
	.proc_write	= filter_write,
	.proc_lseek	= default_llseek,
	.proc_release	= filter_release,
};
