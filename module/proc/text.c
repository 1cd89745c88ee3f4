// SPDX-License-Identifier: GPL-2.0-only
/*
 * Common code of the text files: one block per record, in the order of a snapshot
 * taken at the first read, and the text of addresses and times.
 */
#include "proc/text.h"

#include <linux/bitops.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/proc_fs.h>

#include "ledger/net.h"
#include "proc/access.h"
#include "verdict/record.h"

/* "255.255.255.255:65535", and IPv6 in full with brackets and port. */
#define WIDTH_V4	21
#define WIDTH_V6	47

/* Position 0 is the head, n + 1 the last line; record i is at i + 1. */
static void *text_start(struct seq_file *m, loff_t *pos)
{
	struct tcpledger_text *t = m->private;
	int ret;

	if (!*pos) {
		ret = tcpledger_snapshot_take(&t->snapshot);
		if (ret)
			return ERR_PTR(ret);
		return SEQ_START_TOKEN;
	}
	return *pos <= (loff_t)t->snapshot.n + 1 ? pos : NULL;
}

static void *text_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct tcpledger_text *t = m->private;

	/* One read() may walk over many records that the file does not show. */
	cond_resched();
	++*pos;
	return *pos <= (loff_t)t->snapshot.n + 1 ? pos : NULL;
}

static void text_stop(struct seq_file *m, void *v)
{
}

static int text_show(struct seq_file *m, void *v)
{
	struct tcpledger_text *t = m->private;
	struct tcpledger_snapshot *s = &t->snapshot;
	loff_t pos;

	if (v == SEQ_START_TOKEN) {
		if (t->head)
			t->head(m, s);
		return 0;
	}
	pos = *(loff_t *)v;
	if (pos <= s->n) {
		if (!tcpledger_snapshot_view(s, pos - 1, t->whole) ||
		    (t->wanted && !t->wanted(&s->view->record)))
			return SEQ_SKIP;
		t->show(m, s);
	} else if (s->gone) {
		seq_printf(m, "# %u records were evicted while this was read\n",
			   s->gone);
	}
	return 0;
}

static const struct seq_operations text_ops = {
	.start	= text_start,
	.next	= text_next,
	.stop	= text_stop,
	.show	= text_show,
};

/**
 * tcpledger_text_open() - open a text file
 * @inode: of the file
 * @file: the file
 * @kind: what it shows
 *
 * Context: process. Return: 0, -ENOMEM, or as tcpledger_access_begin().
 */
int tcpledger_text_open(struct inode *inode, struct file *file,
			const struct tcpledger_text *kind)
{
	struct tcpledger_net *tn = pde_data(inode);
	struct tcpledger_text *t;
	int ret = tcpledger_access_begin(tn->net);

	if (ret)
		return ret;
	t = __seq_open_private(file, &text_ops, sizeof(*t));
	if (!t) {
		put_net(tn->net);
		return -ENOMEM;
	}
	*t = *kind;
	t->snapshot.tn = tn;
	return 0;
}

/**
 * tcpledger_text_release() - close it
 * @inode: of the file
 * @file: the file
 *
 * Context: process. Return: 0.
 */
int tcpledger_text_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;
	struct tcpledger_text *t = m->private;

	tcpledger_snapshot_drop(&t->snapshot);
	put_net(t->snapshot.tn->net);
	return seq_release_private(inode, file);
}

/**
 * tcpledger_text_width() - columns an endpoint needs
 * @s: the records that are shown
 *
 * Context: any.
 */
int tcpledger_text_width(const struct tcpledger_snapshot *s)
{
	return s->v6 ? WIDTH_V6 : WIDTH_V4;
}

/*
 * Append the decimal digits of a number. The files of a busy host have a hundred
 * thousand lines, and vsnprintf() would parse its format for each.
 */
static char *put_number(char *p, u64 value)
{
	char digits[20];
	int n = 0;
	u32 digit;

	do {
		value = div_u64_rem(value, 10, &digit);
		digits[n++] = '0' + digit;
	} while (value);
	while (n)
		*p++ = digits[--n];
	return p;
}

static char *put_word(char *p, const char *word)
{
	while (*word)
		*p++ = *word++;
	return p;
}

/**
 * tcpledger_text_left() - append a column, left-aligned
 * @p: where; room for the longer of @width and @word, and a blank
 * @word: what is in it
 * @width: of the column
 *
 * Context: any. Return: where the next column begins.
 */
char *tcpledger_text_left(char *p, const char *word, int width)
{
	char *end = p + width;

	p = put_word(p, word);
	while (p < end)
		*p++ = ' ';
	*p++ = ' ';
	return p;
}

/**
 * tcpledger_text_right() - append a column, right-aligned
 * @p: where; room for the longer of @width and @word, and a blank
 * @word: what is in it
 * @width: of the column
 *
 * Context: any. Return: where the next column begins.
 */
char *tcpledger_text_right(char *p, const char *word, int width)
{
	int blanks = width - (int)strlen(word);

	while (blanks-- > 0)
		*p++ = ' ';
	p = put_word(p, word);
	*p++ = ' ';
	return p;
}

/**
 * tcpledger_text_number() - a number in decimal digits
 * @buf: TCPLEDGER_NUMBER_LEN bytes
 * @value: the number
 *
 * Context: any. Return: @buf.
 */
const char *tcpledger_text_number(char *buf, u64 value)
{
	*put_number(buf, value) = '\0';
	return buf;
}

/**
 * tcpledger_text_endpoint() - address and port
 * @buf: TCPLEDGER_ENDPOINT_LEN bytes
 * @address: in network byte order
 * @port: in host byte order
 * @v6: it is IPv6
 *
 * Context: any. Return: @buf.
 */
const char *tcpledger_text_endpoint(char *buf, const u8 *address, u16 port,
				    bool v6)
{
	char *p = buf;
	int i;

	if (v6) {
		snprintf(buf, TCPLEDGER_ENDPOINT_LEN, "[%pI6c]:%u", address,
			 port);
		return buf;
	}
	for (i = 0; i < 4; i++) {
		p = put_number(p, address[i]);
		*p++ = i < 3 ? '.' : ':';
	}
	*put_number(p, port) = '\0';
	return buf;
}

/**
 * tcpledger_text_duration() - a duration with a fitting unit
 * @buf: TCPLEDGER_DURATION_LEN bytes
 * @ns: nanoseconds, negative if unknown
 *
 * Context: any. Return: @buf, like "31.050us", "1.203ms", "60.004s".
 */
const char *tcpledger_text_duration(char *buf, s64 ns)
{
	const char *unit = "us";
	u64 value = ns;
	u32 fraction;
	char *p;

	if (ns < 0)
		return "-";
	if (value >= NSEC_PER_SEC) {
		value = div_u64(value, NSEC_PER_MSEC);
		unit = "s";
	} else if (value >= NSEC_PER_MSEC) {
		value = div_u64(value, NSEC_PER_USEC);
		unit = "ms";
	}
	value = div_u64_rem(value, 1000, &fraction);
	p = put_number(buf, value);
	*p++ = '.';
	*p++ = '0' + fraction / 100;
	*p++ = '0' + fraction / 10 % 10;
	*p++ = '0' + fraction % 10;
	*put_word(p, unit) = '\0';
	return buf;
}

/**
 * tcpledger_text_where() - the columns NETNS and IFINDEX, if there are any
 * @m: the file
 * @s: its view has the record
 *
 * A record that a container left, or that is bound to a device, may have the tuple of
 * another record. The head names the columns, so the snapshot decides once, for all
 * records, which there are. A record that gets a device while the file is read is
 * shown without it, as it was when the reading began.
 * Context: process.
 */
void tcpledger_text_where(struct seq_file *m,
			  const struct tcpledger_snapshot *s)
{
	const struct tcpledger_record *r = &s->view->record;

	if (s->foreign)
		seq_printf(m, "%10u ", r->netns);
	if (s->bound && r->ifindex)
		seq_printf(m, "%7u ", r->ifindex);
	else if (s->bound)
		seq_puts(m, "      - ");
}

/**
 * tcpledger_text_anomalies() - the names of anomalies, joined by commas
 * @m: the file
 * @mask: by enum tcpledger_anomaly
 *
 * Context: process.
 */
void tcpledger_text_anomalies(struct seq_file *m, u64 mask)
{
	const char *comma = "";

	if (!mask)
		seq_putc(m, '-');
	for (; mask; mask &= mask - 1) {
		seq_puts(m, comma);
		seq_puts(m, tcpledger_anomaly_names[__ffs64(mask)]);
		comma = ",";
	}
}
