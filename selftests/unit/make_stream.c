// SPDX-License-Identifier: GPL-2.0
/*
 * make_stream RECORDS WORD...: frames of the live stream on standard output, as the
 * records of a file would have been told. Written from <linux/tcpledger.h> alone,
 * and in the byte order and with the sizes of that file.
 *
 *	header		the header of a recorded file
 *	sync start snapshot_end stop	these frames
 *	records		a RECORD frame for each record
 *	life		their lives as events, by time: OPEN, each ENTRY, END
 *	brief		the same in the short forms: OPEN cut, ENTRIES, END without its log
 *	late		the same from a reader that is so slow that OPEN has all
 *	times=N		N lives, of records with numbers of their own
 *	brief_times=N	the same in the short forms
 *	amend		an AMEND frame for each segment that was accepted
 *	gone=ID		GONE
 *	lost=N filtered=N	so many events are not there, and a frame says so
 *	skip=N		so many events are not there, and nothing says so
 *	unknown must	frames of a type that nobody knows
 *	epoch		another one begins
 *	unload		another module writes from now on
 *	later=SECONDS	both clocks went on
 *	bytes=N		N bytes of nonsense
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/tcpledger.h>

#define FILE_MOST	(16 * 1024 * 1024)

struct record {
	const unsigned char	*bytes;
	size_t			size;
	unsigned int		log_n;
	long long		base_ns;
};

struct event {
	long long	at;
	unsigned int	type;
	unsigned int	record;
	unsigned int	n;
	unsigned int	order;
};

static unsigned char file[FILE_MOST];
static struct tcpledger_header header;
static bool foreign;
static struct record *records;
static unsigned int record_count;
static struct event *events;
static size_t event_count;
static uint64_t seq = 1, epoch = 1, id_shift;
static unsigned int load = 7;
static long long passed;

static uint64_t get(const void *at, unsigned int width)
{
	const unsigned char *bytes = at;
	uint64_t number = 0;
	unsigned int i;
	bool little = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != foreign;

	for (i = 0; i < width; i++)
		number |= (uint64_t)bytes[i] << 8 * (little ? i : width - 1 - i);
	return number;
}

static void put(void *at, uint64_t number, unsigned int width)
{
	unsigned char *bytes = at;
	bool little = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) != foreign;
	unsigned int i;

	for (i = 0; i < width; i++)
		bytes[i] = (unsigned char)(number >> 8 * (little ? i : width - 1 - i));
}

#define GET(bytes, type, member)						\
	get((const unsigned char *)(bytes) + offsetof(struct type, member),	\
	    sizeof(((struct type *)0)->member))
#define PUT(bytes, type, member, number)					\
	put((unsigned char *)(bytes) + offsetof(struct type, member), number,	\
	    sizeof(((struct type *)0)->member))

static void __attribute__((noreturn)) die(const char *why)
{
	fprintf(stderr, "make_stream: %s\n", why);
	exit(1);
}

static void *more(void *array, size_t count, size_t size)
{
	array = count & (count - 1) ? array : realloc(array, (count ? 2 * count : 1) * size);
	if (!array)
		die("no memory");
	return array;
}

static void load_records(const char *path)
{
	FILE *in = fopen(path, "rb");
	size_t len = in ? fread(file, 1, sizeof(file), in) : 0, at;
	uint64_t magic;

	memcpy(&magic, file, sizeof(magic));
	foreign = magic == __builtin_bswap64(TCPLEDGER_MAGIC);
	if (len < sizeof(header) || (!foreign && magic != TCPLEDGER_MAGIC))
		die("no records file");
	fclose(in);
	header.header_size = (__u32)GET(file, tcpledger_header, header_size);
	header.record_size = (__u32)GET(file, tcpledger_header, record_size);
	header.entry_size = (__u32)GET(file, tcpledger_header, entry_size);
	header.netns = (__u32)GET(file, tcpledger_header, netns);
	header.hz = (__u32)GET(file, tcpledger_header, hz);
	header.monotonic_ns = (__s64)GET(file, tcpledger_header, monotonic_ns);
	header.realtime_ns = (__s64)GET(file, tcpledger_header, realtime_ns);
	for (at = header.header_size; at < len; at += records[record_count - 1].size) {
		struct record *r;

		records = more(records, record_count, sizeof(*records));
		r = &records[record_count++];
		r->bytes = file + at;
		r->size = (size_t)GET(r->bytes, tcpledger_record, size);
		r->log_n = (unsigned int)GET(r->bytes, tcpledger_record, log_n);
		r->base_ns = (long long)GET(r->bytes, tcpledger_record, base_ns);
	}
}

static void write_frame(unsigned int type, unsigned int flags, void *bytes, size_t size)
{
	PUT(bytes, tcpledger_frame, type, type);
	PUT(bytes, tcpledger_frame, flags, flags);
	PUT(bytes, tcpledger_frame, size, size);
	PUT(bytes, tcpledger_frame, seq, seq);
	if (flags & TCPLEDGER_FRAME_NUMBERED)
		seq += type == TCPLEDGER_FRAME_ENTRIES ?
		       (size - sizeof(struct tcpledger_frame)) / sizeof(struct tcpledger_short) : 1;
	fwrite(bytes, size, 1, stdout);
}

static void fill_header(unsigned char *bytes)
{
	memset(bytes, 0, header.header_size);
	PUT(bytes, tcpledger_header, magic, TCPLEDGER_FILE_MAGIC);
	PUT(bytes, tcpledger_header, version, TCPLEDGER_VERSION);
	PUT(bytes, tcpledger_header, header_size, header.header_size);
	PUT(bytes, tcpledger_header, record_size, header.record_size);
	PUT(bytes, tcpledger_header, entry_size, header.entry_size);
	PUT(bytes, tcpledger_header, netns, header.netns);
	PUT(bytes, tcpledger_header, hz, header.hz);
	PUT(bytes, tcpledger_header, monotonic_ns, (uint64_t)(header.monotonic_ns + passed));
	PUT(bytes, tcpledger_header, realtime_ns, (uint64_t)(header.realtime_ns + passed));
}

static void write_sync(void)
{
	unsigned char bytes[8192] = { 0 };

	PUT(bytes, tcpledger_frame_sync, word, TCPLEDGER_SYNC_WORD);
	fill_header(bytes + offsetof(struct tcpledger_frame_sync, header));
	write_frame(TCPLEDGER_FRAME_SYNC, 0, bytes,
		    offsetof(struct tcpledger_frame_sync, header) + header.header_size);
}

static void write_start(void)
{
	struct tcpledger_frame_start start = { 0 };

	PUT(&start, tcpledger_frame_start, version, TCPLEDGER_VERSION);
	PUT(&start, tcpledger_frame_start, header_size, header.header_size);
	PUT(&start, tcpledger_frame_start, record_size, header.record_size);
	PUT(&start, tcpledger_frame_start, entry_size, header.entry_size);
	PUT(&start, tcpledger_frame_start, netns, header.netns);
	PUT(&start, tcpledger_frame_start, hz, header.hz);
	PUT(&start, tcpledger_frame_start, epoch, epoch);
	PUT(&start, tcpledger_frame_start, monotonic_ns, (uint64_t)(header.monotonic_ns + passed));
	PUT(&start, tcpledger_frame_start, realtime_ns, (uint64_t)(header.realtime_ns + passed));
	memset(start.load_id, (int)load, sizeof(start.load_id));
	strcpy(start.host, "host");
	write_frame(TCPLEDGER_FRAME_START, 0, &start, sizeof(start));
}

/* How much of a record a frame has. */
enum part {
	WHOLE,		/* with its log */
	EMPTY,		/* as it was when nothing had been logged */
	BEGINNING,	/* that, as far as closer_comm */
	WITHOUT_LOG,
};

static void write_record(unsigned int type, const struct record *r, enum part part)
{
	static unsigned char bytes[1024 * 1024];
	const size_t at = offsetof(struct tcpledger_frame_record, record);
	size_t size = part == WHOLE ? r->size : header.record_size;

	memset(bytes, 0, at);
	memcpy(bytes + at, r->bytes, size);
	if (part == BEGINNING)
		size = offsetof(struct tcpledger_record, local_mss);
	if (part == WITHOUT_LOG)
		PUT(bytes + at, tcpledger_record, size, size);
	if (part == EMPTY || part == BEGINNING) {
		PUT(bytes + at, tcpledger_record, log_n, 0);
		PUT(bytes + at, tcpledger_record, size, size);
		PUT(bytes + at, tcpledger_record, state, TCPLEDGER_STATE_CLOSE);
		PUT(bytes + at, tcpledger_record, flags,
		    GET(bytes + at, tcpledger_record, flags) | TCPLEDGER_REC_LIVE);
		PUT(bytes + at, tcpledger_record, kind, 0);
		PUT(bytes + at, tcpledger_record, anomalies, 0);
	}
	PUT(bytes + at, tcpledger_record, id, GET(bytes + at, tcpledger_record, id) + id_shift);
	PUT(bytes, tcpledger_frame_record, monotonic_ns, (uint64_t)(header.monotonic_ns + passed));
	while (size % 8)
		bytes[at + size++] = 0;
	write_frame(type, type == TCPLEDGER_FRAME_RECORD ? 0 : TCPLEDGER_FRAME_NUMBERED, bytes,
		    at + size);
}

static void write_entry(unsigned int type, const struct record *r, unsigned int n)
{
	const size_t at = offsetof(struct tcpledger_frame_entry, entry);
	unsigned char bytes[8192] = { 0 };

	PUT(bytes, tcpledger_frame_entry, id, GET(r->bytes, tcpledger_record, id) + id_shift);
	PUT(bytes, tcpledger_frame_entry, n, n);
	memcpy(bytes + at, r->bytes + header.record_size + (size_t)n * header.entry_size,
	       header.entry_size);
	write_frame(type, TCPLEDGER_FRAME_NUMBERED, bytes, at + header.entry_size);
}

static unsigned char run[4096];	/* an ENTRIES frame in the making */
static size_t run_size = sizeof(struct tcpledger_frame);

static void end_run(void)
{
	if (run_size > sizeof(struct tcpledger_frame))
		write_frame(TCPLEDGER_FRAME_ENTRIES, TCPLEDGER_FRAME_NUMBERED, run, run_size);
	run_size = sizeof(struct tcpledger_frame);
}

/* Three at most are together, so that there are runs of all lengths. */
static void write_short(const struct record *r, unsigned int n)
{
	const unsigned char *e = r->bytes + header.record_size + (size_t)n * header.entry_size;
	uint64_t id = GET(r->bytes, tcpledger_record, id) + id_shift;
	uint64_t type = GET(e, tcpledger_entry, type);
	bool segment = type == TCPLEDGER_ENTRY_IN || type == TCPLEDGER_ENTRY_OUT;
	unsigned char *to = run + run_size;

	PUT(to, tcpledger_short, of, id << 16 | n << 8 | TCPLEDGER_FRAME_ENTRY);
	PUT(to, tcpledger_short, when, GET(e, tcpledger_entry, t_ns) << 8 |
	    GET(e, tcpledger_entry, bits) << 2 | type);
	PUT(to, tcpledger_short, seq, segment ? GET(e, tcpledger_entry, seq) :
	    type == TCPLEDGER_ENTRY_NOTE ? GET(e, tcpledger_entry, tag) :
	    GET(e, tcpledger_entry, cause) << 16 | GET(e, tcpledger_entry, to) << 8 |
	    GET(e, tcpledger_entry, from));
	PUT(to, tcpledger_short, ack, segment ? GET(e, tcpledger_entry, ack) :
	    (uint64_t)(int16_t)GET(e, tcpledger_entry, segment));
	PUT(to, tcpledger_short, len, GET(e, tcpledger_entry, len));
	PUT(to, tcpledger_short, win, GET(e, tcpledger_entry, win));
	PUT(to, tcpledger_short, flags, GET(e, tcpledger_entry, flags));
	PUT(to, tcpledger_short, ttl, GET(e, tcpledger_entry, ttl));
	run_size += sizeof(struct tcpledger_short);
	if (run_size == sizeof(struct tcpledger_frame) + 3 * sizeof(struct tcpledger_short))
		end_run();
}

static void write_gone(uint64_t id)
{
	struct tcpledger_frame_gone gone = { 0 };

	PUT(&gone, tcpledger_frame_gone, id, id);
	write_frame(TCPLEDGER_FRAME_GONE, TCPLEDGER_FRAME_NUMBERED, &gone, sizeof(gone));
}

static void write_count(unsigned int type, uint64_t n)
{
	struct tcpledger_frame_count count = { 0 };

	PUT(&count, tcpledger_frame_count, first, seq);
	PUT(&count, tcpledger_frame_count, n, n);
	seq += n;
	write_frame(type, 0, &count, sizeof(count));
}

static void write_plain(unsigned int type, unsigned int flags)
{
	struct tcpledger_frame frame[2] = { 0 };

	write_frame(type, flags, frame, type == 99 ? sizeof(frame) : sizeof(frame[0]));
}

static void add_event(long long at, unsigned int type, unsigned int record, unsigned int n)
{
	struct event *e;

	events = more(events, event_count, sizeof(*events));
	e = &events[event_count];
	*e = (struct event){ at, type, record, n, (unsigned int)event_count };
	event_count++;
}

static int compare(const void *pa, const void *pb)
{
	const struct event *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->order < b->order ? -1 : 1;
}

/* The entries of one record stay in their order, whatever their times say. */
static void list_events(void)
{
	unsigned int i, n;

	event_count = 0;
	for (i = 0; i < record_count; i++) {
		const struct record *r = &records[i];
		const unsigned char *entry = r->bytes + header.record_size;
		long long at = r->base_ns;

		add_event(at, TCPLEDGER_FRAME_OPEN, i, 0);
		for (n = 0; n < r->log_n; n++, entry += header.entry_size) {
			long long t = r->base_ns + (long long)GET(entry, tcpledger_entry, t_ns);

			at = t > at ? t : at;
			add_event(at, TCPLEDGER_FRAME_ENTRY, i, n);
		}
		if (!(GET(r->bytes, tcpledger_record, flags) & TCPLEDGER_REC_LIVE))
			add_event(at, TCPLEDGER_FRAME_END, i, 0);
	}
	qsort(events, event_count, sizeof(*events), compare);
}

static void write_life(bool late)
{
	size_t i;

	list_events();
	for (i = 0; i < event_count; i++) {
		const struct event *e = &events[i];

		if (e->type == TCPLEDGER_FRAME_ENTRY)
			write_entry(e->type, &records[e->record], e->n);
		else
			write_record(e->type, &records[e->record],
				     late || e->type == TCPLEDGER_FRAME_END ? WHOLE : EMPTY);
	}
}

static void write_brief(void)
{
	size_t i;

	list_events();
	for (i = 0; i < event_count; i++) {
		const struct event *e = &events[i];

		if (e->type == TCPLEDGER_FRAME_ENTRY) {
			write_short(&records[e->record], e->n);
			continue;
		}
		end_run();
		write_record(e->type, &records[e->record],
			     e->type == TCPLEDGER_FRAME_END ? WITHOUT_LOG : BEGINNING);
	}
	end_run();
}

static void write_amends(void)
{
	unsigned int i, n;

	for (i = 0; i < record_count; i++) {
		const unsigned char *entry = records[i].bytes + header.record_size;

		for (n = 0; n < records[i].log_n; n++, entry += header.entry_size)
			if (GET(entry, tcpledger_entry, type) == TCPLEDGER_ENTRY_IN &&
			    GET(entry, tcpledger_entry, bits) & TCPLEDGER_SEG_ACCEPTED)
				write_entry(TCPLEDGER_FRAME_AMEND, &records[i], n);
	}
}

static void write_records(void)
{
	unsigned int i;

	for (i = 0; i < record_count; i++)
		write_record(TCPLEDGER_FRAME_RECORD, &records[i], WHOLE);
}

static void write_header(void)
{
	unsigned char bytes[8192];

	fill_header(bytes);
	fwrite(bytes, header.header_size, 1, stdout);
}

static void write_times(unsigned long times, bool brief)
{
	const uint64_t span = 1000000;

	for (; times--; id_shift += span) {
		if (brief)
			write_brief();
		else
			write_life(false);
	}
}

static void do_word(const char *word)
{
	const char *equals = strchr(word, '=');
	size_t len = equals ? (size_t)(equals - word) : strlen(word);
	unsigned long long number = equals ? strtoull(equals + 1, NULL, 10) : 0;

#define IS(name)	(len == strlen(name) && !strncmp(word, name, len))
	if (IS("header"))
		write_header();
	else if (IS("sync"))
		write_sync();
	else if (IS("start"))
		write_start();
	else if (IS("records"))
		write_records();
	else if (IS("snapshot_end"))
		write_plain(TCPLEDGER_FRAME_SNAPSHOT_END, 0);
	else if (IS("stop"))
		write_plain(TCPLEDGER_FRAME_STOP, 0);
	else if (IS("life") || IS("late"))
		write_life(word[1] == 'a');
	else if (IS("brief"))
		write_brief();
	else if (IS("times"))
		write_times(number, false);
	else if (IS("brief_times"))
		write_times(number, true);
	else if (IS("amend"))
		write_amends();
	else if (IS("gone"))
		write_gone(number);
	else if (IS("lost"))
		write_count(TCPLEDGER_FRAME_LOST, number);
	else if (IS("filtered"))
		write_count(TCPLEDGER_FRAME_FILTERED, number);
	else if (IS("skip"))
		seq += number;
	else if (IS("unknown"))
		write_plain(99, 0);
	else if (IS("must"))
		write_plain(99, TCPLEDGER_FRAME_MUST_UNDERSTAND);
	else if (IS("epoch"))
		epoch++, seq = 1;
	else if (IS("unload"))
		load++, epoch = 1, seq = 1;
	else if (IS("later"))
		passed += (long long)number * 1000000000;
	else if (IS("bytes"))
		for (; number; number--)
			putchar('x');
	else
		die(word);
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 3)
		die("give RECORDS WORD...");
	load_records(argv[1]);
	for (i = 2; i < argc; i++)
		do_word(argv[i]);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
