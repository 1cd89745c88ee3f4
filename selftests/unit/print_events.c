// SPDX-License-Identifier: GPL-2.0
/*
 * The frames of a live stream as the compiler sees them, printed as read_events.py prints what
 * it reads out of the header's text: print_events FILE
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/tcpledger.h>

#define WORD(name, text)	text,
#define STREAM_MAX		(1 << 24)

static const char *const words[] = { TCPLEDGER_FRAMES(WORD) };

static void print_bytes(const __u8 *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%02x", bytes[i]);
}

static void print_entry(const struct tcpledger_entry *e)
{
	printf("t_ns=%lld seq=%u ack=%u len=%u win=%u type=%u flags=%u ttl=%u bits=%u from=%u "
	       "to=%u cause=%u tag=%u segment=%d", e->t_ns, e->seq, e->ack, e->len, e->win,
	       e->type, e->flags, e->ttl, e->bits, e->from, e->to, e->cause, e->tag, e->segment);
}

static void print_start(const struct tcpledger_frame_start *f)
{
	printf(" version=%u record_size=%u entry_size=%u netns=%u hz=%u epoch=%llu "
	       "monotonic_ns=%lld realtime_ns=%lld ", f->version, f->record_size, f->entry_size,
	       f->netns, f->hz, f->epoch, f->monotonic_ns, f->realtime_ns);
	print_bytes(f->load_id, sizeof(f->load_id));
	printf(" %s", f->host);
}

/* An OPEN may end before local_mss: then what has a sign is -1 behind it. */
static void print_record(const struct tcpledger_frame_record *f, bool cut)
{
	const struct tcpledger_record *r = &f->record;
	const __s64 local_isn = cut ? -1 : r->local_isn, remote_isn = cut ? -1 : r->remote_isn;

	printf(" monotonic_ns=%lld id=%llu netns=%u lport=%u rport=%u state=%u role=%u outcome=%u "
	       "kind=%u first=%u reset_by=%u tw_exit=%u error=%d opened_at=%lld base_ns=%lld "
	       "ended_ns=%lld anomalies=%llu local_isn=%lld remote_isn=%lld log_n=%u ",
	       f->monotonic_ns, r->id, r->netns, r->lport, r->rport, r->state, r->role, r->outcome,
	       r->kind, r->first, r->reset_by, r->tw_exit, r->error, r->opened_at, r->base_ns,
	       r->ended_ns, r->anomalies, local_isn, remote_isn, r->log_n);
	print_bytes(r->local, sizeof(r->local));
	putchar(' ');
	print_bytes(r->remote, sizeof(r->remote));
	printf(" %.*s", TCPLEDGER_COMM_LEN, r->comm);
}

static void print_short(const struct tcpledger_short *s)
{
	const bool state = (s->when & 3) == TCPLEDGER_ENTRY_STATE;
	const bool note = (s->when & 3) == TCPLEDGER_ENTRY_NOTE;
	struct tcpledger_entry e = {
		.t_ns = (__s64)s->when >> 8, .type = s->when & 3, .segment = -1,
	};

	if (state) {
		e.from = (__u8)s->seq;
		e.to = (__u8)(s->seq >> 8);
		e.cause = (__u8)(s->seq >> 16);
	} else if (note) {
		e.tag = (__u8)s->seq;
	} else {
		e.seq = s->seq;
		e.ack = s->ack;
		e.len = s->len;
		e.win = s->win;
		e.flags = s->flags;
		e.ttl = s->ttl;
		e.bits = s->when >> 2 & 0x3f;
	}
	if (state || note)
		e.segment = (__s16)s->ack;
	printf("\n\t%s id=%llu n=%llu ", words[s->of & 0xff], s->of >> 16, s->of >> 8 & 0xff);
	print_entry(&e);
}

static void print_frame(const struct tcpledger_frame *frame)
{
	const struct tcpledger_frame_record *record = (const void *)frame;
	const struct tcpledger_frame_entry *entry = (const void *)frame;
	const struct tcpledger_frame_count *count = (const void *)frame;
	const struct tcpledger_frame_gone *gone = (const void *)frame;
	const struct tcpledger_entry *log = (const void *)(record + 1);
	const struct tcpledger_frame_entries *run = (const void *)frame;
	const struct tcpledger_short *run_end = (const void *)((const char *)run + frame->size);

	printf("%llu %s %s", frame->seq, words[frame->type],
	       frame->flags & TCPLEDGER_FRAME_NUMBERED ? "event" : "-");
	switch (frame->type) {
	case TCPLEDGER_FRAME_START:
		print_start((const void *)frame);
		break;
	case TCPLEDGER_FRAME_RECORD:
	case TCPLEDGER_FRAME_OPEN:
	case TCPLEDGER_FRAME_END:
		print_record(record, frame->size < sizeof(*record));
		for (__u32 n = 0; frame->size > sizeof(*record) && n < record->record.log_n; n++) {
			printf("\n\t%u ", n);
			print_entry(&log[n]);
		}
		break;
	case TCPLEDGER_FRAME_ENTRY:
	case TCPLEDGER_FRAME_AMEND:
		printf(" id=%llu n=%u ", entry->id, entry->n);
		print_entry(&entry->entry);
		break;
	case TCPLEDGER_FRAME_ENTRIES:
		for (const struct tcpledger_short *s = run->entries; s < run_end; s++)
			print_short(s);
		break;
	case TCPLEDGER_FRAME_GONE:
		printf(" id=%llu", gone->id);
		break;
	case TCPLEDGER_FRAME_LOST:
	case TCPLEDGER_FRAME_FILTERED:
		printf(" first=%llu n=%llu", count->first, count->n);
		break;
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	char *data = malloc(STREAM_MAX);
	size_t len, at = 0;

	if (!file || !data) {
		fprintf(stderr, "usage: print_events FILE\n");
		return 2;
	}
	len = fread(data, 1, STREAM_MAX, file);
	while (at < len) {
		const struct tcpledger_frame *frame = (const void *)(data + at);

		if (len - at < sizeof(*frame) || frame->size > len - at ||
		    frame->size < sizeof(*frame) || frame->type >= TCPLEDGER_FRAME_TYPE_MAX) {
			fprintf(stderr, "no frame at byte %zu\n", at);
			return 1;
		}
		print_frame(frame);
		at += frame->size;
	}
	free(data);
	fclose(file);
	return 0;
}
