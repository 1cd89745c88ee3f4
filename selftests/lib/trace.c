// SPDX-License-Identifier: GPL-2.0
/*
 * The events are read in their binary form: the text of inet_sock_set_state
 * leaves out the address of the socket, which alone joins "LISTEN -> SYN_RECV"
 * (it carries the listener's tuple) and "CLOSE -> SYN_SENT" (it has no local
 * port yet) to what the same socket does later.
 */
#include "trace.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util.h"

#define TRACING		"/sys/kernel/tracing"
#define INSTANCE	TRACING "/instances/tcpledger_selftest"
#define GROUP		"tcpledger_selftest"
#define BUFFER_KB	"1024"
#define TIMEWAIT_BYTES	512	/* of the buffer, for all events of a timewait socket */

/*
 * Fields of a timewait socket, by their place in struct sock_common and in
 * struct inet_timewait_sock of a 64-bit kernel; the ports and the addresses
 * of IPv6 are in network order. Tuples repeat from namespace to namespace, and
 * what an earlier test left behind goes on; so each tells its namespace.
 */
#define TW_FIELDS							\
	"tw=%%di:u64 net=+48(%%di):u64 "				\
	"substate=+140(%%di):u8 family=+16(%%di):u16 "			\
	"rport=+12(%%di):u16 lport=+14(%%di):u16 "			\
	"raddr=+0(%%di):u32 laddr=+4(%%di):u32 "			\
	"raddr6a=+56(%%di):u64 raddr6b=+64(%%di):u64 "			\
	"laddr6a=+72(%%di):u64 laddr6b=+80(%%di):u64"

static const char *const state_fields[] = {
	"skaddr", "oldstate", "newstate", "sport", "dport", "protocol", "saddr_v6", "daddr_v6", NULL
};

enum {
	STATE_SK, STATE_OLD, STATE_NEW, STATE_SPORT, STATE_DPORT, STATE_PROTOCOL, STATE_SADDR,
	STATE_DADDR
};

static const char *const tw_fields[] = {
	"tw", "net", "substate", "family", "rport", "lport", "raddr", "laddr", "raddr6a", "laddr6a",
	"rearm", NULL
};

enum {
	TW_SOCK, TW_NET, TW_SUBSTATE, TW_FAMILY, TW_RPORT, TW_LPORT, TW_RADDR, TW_LADDR, TW_RADDR6,
	TW_LADDR6, TW_REARM
};

static const char *const space_fields[] = { "net", "common_pid", NULL };

enum { SPACE_NET, SPACE_PID };

/* Where the fields of an event are, in the order of its list above. */
struct format {
	int id;
	int offset[12];
};

static struct format formats[TRACE_KINDS];
static pid_t owner;

/**
 * state_name - the name that users see
 * @state: TCP_*
 * Return: the name
 */
const char *state_name(int state)
{
	static const char *const names[] = {
		[TCP_ESTABLISHED] = "ESTABLISHED", [TCP_SYN_SENT] = "SYN_SENT",
		[TCP_SYN_RECV] = "SYN_RECV", [TCP_FIN_WAIT1] = "FIN_WAIT1",
		[TCP_FIN_WAIT2] = "FIN_WAIT2", [TCP_TIME_WAIT] = "TIME_WAIT",
		[TCP_CLOSE] = "CLOSE", [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
		[TCP_LAST_ACK] = "LAST_ACK", [TCP_LISTEN] = "LISTEN", [TCP_CLOSING] = "CLOSING",
	};

	if (state < TCP_ESTABLISHED || state > TCP_CLOSING)
		return "?";
	return names[state];
}

static void read_format(struct format *format, const char *event, const char *const *names)
{
	char path[256];
	char *text;

	snprintf(path, sizeof(path), TRACING "/events/%s/format", event);
	text = read_all(path);
	if (sscanf(strstr(text, "ID:"), "ID: %d", &format->id) != 1)
		die("no ID in %s", path);
	for (int i = 0; names[i]; i++) {
		char key[32];
		const char *at;

		snprintf(key, sizeof(key), " %s;", names[i]);
		at = strstr(text, key);
		format->offset[i] = -1;
		if (!at) {
			/* An array's name goes on with its size. */
			snprintf(key, sizeof(key), " %s[", names[i]);
			at = strstr(text, key);
		}
		if (at)
			sscanf(strstr(at, "offset:"), "offset:%d", &format->offset[i]);
	}
	free(text);
}

static void forget_kprobes(void)
{
	write_text(TRACING "/kprobe_events", "-:" GROUP "/schedule\n");
	write_text(TRACING "/kprobe_events", "-:" GROUP "/kill\n");
	write_text(TRACING "/kprobe_events", "-:" GROUP "/space\n");
}

/* Events stay defined after a crash, and a second definition is refused. */
static void define_kprobes(void)
{
	char command[1024];

	write_text(TRACING "/events/" GROUP "/enable", "0");
	forget_kprobes();
	snprintf(command, sizeof(command),
		 "p:" GROUP "/schedule __inet_twsk_schedule " TW_FIELDS " rearm=%%dx:u8\n");
	if (!write_text(TRACING "/kprobe_events", command))
		die("kprobe event on __inet_twsk_schedule");
	snprintf(command, sizeof(command), "p:" GROUP "/kill inet_twsk_kill " TW_FIELDS "\n");
	if (!write_text(TRACING "/kprobe_events", command))
		die("kprobe event on inet_twsk_kill");
	if (!write_text(TRACING "/kprobe_events", "p:" GROUP "/space __sock_create net=%di:u64\n"))
		die("kprobe event on __sock_create");
}

static void open_buffers(struct trace *trace)
{
	char path[256];

	for (trace->cpus = 0; trace->cpus < TRACE_CPUS_MAX; trace->cpus++) {
		snprintf(path, sizeof(path), INSTANCE "/per_cpu/cpu%d/trace_pipe_raw", trace->cpus);
		trace->fd[trace->cpus] = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (trace->fd[trace->cpus] < 0)
			break;
	}
	if (!trace->cpus)
		die("cannot read %s", path);
}

static void trace_end(void)
{
	/* A test that gives up exits in a child. */
	if (getpid() != owner)
		return;
	write_text(INSTANCE "/events/enable", "0");
	if (rmdir(INSTANCE))
		say("rmdir " INSTANCE ": %s", strerror(errno));
	forget_kprobes();
}

/**
 * trace_begin - trace the states of all TCP sockets for as long as this program runs
 *
 * Once for all tests of a program: making the instance costs more than most tests.
 */
void trace_begin(void)
{
	if (access(TRACING "/instances", F_OK))
		mount("tracefs", TRACING, "tracefs", 0, NULL);
	rmdir(INSTANCE);
	define_kprobes();
	if (mkdir(INSTANCE, 0700))
		die("mkdir " INSTANCE);
	owner = getpid();
	atexit(trace_end);
	if (!write_text(INSTANCE "/trace_clock", "mono") ||
	    !write_text(INSTANCE "/buffer_size_kb", BUFFER_KB))
		die("set up " INSTANCE);
	read_format(&formats[TRACE_STATE], "sock/inet_sock_set_state", state_fields);
	read_format(&formats[TRACE_TW_SCHEDULE], GROUP "/schedule", tw_fields);
	read_format(&formats[TRACE_TW_KILL], GROUP "/kill", tw_fields);
	read_format(&formats[TRACE_SPACE], GROUP "/space", space_fields);
	if (!write_text(INSTANCE "/events/sock/inet_sock_set_state/enable", "1") ||
	    !write_text(INSTANCE "/events/" GROUP "/schedule/enable", "1") ||
	    !write_text(INSTANCE "/events/" GROUP "/kill/enable", "1"))
		die("enable the events of " INSTANCE);
}

/**
 * trace_timewait_only - trace timewait sockets only, but thousands of them in one test
 * @n: how many
 */
void trace_timewait_only(size_t n)
{
	char kb[32];

	snprintf(kb, sizeof(kb), "%zu", 1024 + n * TIMEWAIT_BYTES / 1024);
	if (!write_text(INSTANCE "/events/sock/inet_sock_set_state/enable", "0") ||
	    !write_text(INSTANCE "/buffer_size_kb", kb))
		die("set up " INSTANCE);
}

/**
 * trace_open - begin to read the trace, from now on
 * @trace: trace, set up here
 */
void trace_open(struct trace *trace)
{
	int fd = open(INSTANCE "/trace", O_WRONLY | O_TRUNC | O_CLOEXEC);

	if (fd < 0)
		die("clear the trace");
	close(fd);
	memset(trace, 0, sizeof(*trace));
	trace->page = sysconf(_SC_PAGESIZE);
	trace->since = now_ns();
	open_buffers(trace);
}

/**
 * trace_close - read the trace no more
 * @trace: trace
 */
void trace_close(struct trace *trace)
{
	for (int i = 0; i < trace->cpus; i++)
		close(trace->fd[i]);
	free(trace->list);
}

static uint64_t field(const struct format *format, const uint8_t *data, int i, size_t size)
{
	uint64_t value = 0;

	if (format->offset[i] >= 0)
		memcpy(&value, data + format->offset[i], size);
	return value;
}

static void decode_state(const struct format *f, const uint8_t *data, struct trace_event *ev)
{
	ev->object = field(f, data, STATE_SK, 8);
	ev->from = field(f, data, STATE_OLD, 4);
	ev->to = field(f, data, STATE_NEW, 4);
	ev->protocol = field(f, data, STATE_PROTOCOL, 2);
	ev->local.port = field(f, data, STATE_SPORT, 2);
	ev->remote.port = field(f, data, STATE_DPORT, 2);
	/* The event maps the addresses of IPv4 itself. */
	memcpy(&ev->local.ip, data + f->offset[STATE_SADDR], 16);
	memcpy(&ev->remote.ip, data + f->offset[STATE_DADDR], 16);
}

static int space_of(const struct trace *trace, uint64_t net)
{
	for (int i = 0; i < TRACE_SPACES; i++)
		if (trace->space[i] == net)
			return i;
	return TRACE_ELSEWHERE;
}

static void decode_tw(const struct format *f, const uint8_t *data, const struct trace *trace,
		      struct trace_event *ev)
{
	ev->where = space_of(trace, field(f, data, TW_NET, 8));
	ev->object = field(f, data, TW_SOCK, 8);
	ev->to = field(f, data, TW_SUBSTATE, 1);
	ev->rearm = field(f, data, TW_REARM, 1);
	ev->protocol = IPPROTO_TCP;
	ev->local.port = field(f, data, TW_LPORT, 2);
	ev->remote.port = ntohs(field(f, data, TW_RPORT, 2));
	if (field(f, data, TW_FAMILY, 2) == AF_INET6) {
		memcpy(&ev->local.ip, data + f->offset[TW_LADDR6], 16);
		memcpy(&ev->remote.ip, data + f->offset[TW_RADDR6], 16);
		return;
	}
	memset(ev->local.ip.s6_addr + 10, 0xff, 2);
	memset(ev->remote.ip.s6_addr + 10, 0xff, 2);
	memcpy(ev->local.ip.s6_addr + 12, data + f->offset[TW_LADDR], 4);
	memcpy(ev->remote.ip.s6_addr + 12, data + f->offset[TW_RADDR], 4);
}

static void add_event(struct trace *trace, const uint8_t *data, int64_t ns, int where)
{
	struct trace_event ev = { .ns = ns, .where = where };
	uint16_t id;

	memcpy(&id, data, sizeof(id));
	while (ev.kind < TRACE_KINDS && formats[ev.kind].id != id)
		ev.kind++;
	switch (ev.kind) {
	case TRACE_STATE:
		decode_state(&formats[ev.kind], data, &ev);
		break;
	case TRACE_TW_SCHEDULE:
	case TRACE_TW_KILL:
		decode_tw(&formats[ev.kind], data, trace, &ev);
		break;
	case TRACE_SPACE:
		if ((pid_t)field(&formats[ev.kind], data, SPACE_PID, 4) == gettid())
			trace->space[where] = field(&formats[ev.kind], data, SPACE_NET, 8);
		return;
	default:
		return;
	}
	if (trace->n == trace->room) {
		trace->room = trace->room ? trace->room * 2 : 256;
		trace->list = realloc(trace->list, trace->room * sizeof(*trace->list));
		if (!trace->list)
			die("no memory");
	}
	trace->list[trace->n++] = ev;
}

/* The layout is that of events/header_page and events/header_event. */
static void read_page(struct trace *trace, const uint8_t *page, int where)
{
	const uint32_t missed = 3U << 30;
	const uint8_t *p = page + 16, *end;
	uint64_t ns, commit;

	memcpy(&ns, page, sizeof(ns));
	memcpy(&commit, page + 8, sizeof(commit));
	if (commit & missed)
		die("the trace lost events");
	end = p + (commit & 0xfffff);
	while (p < end) {
		uint32_t head[2];
		uint32_t type, delta;

		memcpy(head, p, sizeof(head));
		type = head[0] & 31;
		delta = head[0] >> 5;
		switch (type) {
		case 29:	/* padding: of the rest of the page, or a discarded event */
			if (!delta)
				return;
			ns += delta;
			p += 4 + head[1];
			break;
		case 30:	/* the delta goes on in the next word */
			ns += delta + ((uint64_t)head[1] << 27);
			p += 8;
			break;
		case 31:	/* an absolute time, but for its highest bits */
			ns = (ns >> 59 << 59) | (delta + ((uint64_t)head[1] << 27));
			p += 8;
			break;
		default:
			ns += delta;
			add_event(trace, p + (type ? 4 : 8), ns, where);
			p += 4 + (type ? type * 4 : head[1]);
		}
	}
}

static int by_time(const void *a, const void *b)
{
	const struct trace_event *x = a, *y = b;

	return (x->ns > y->ns) - (x->ns < y->ns);
}

/**
 * trace_space - learn which namespace of the kernel a namespace of the test is
 * @trace: trace, read until now
 * @which: index of the namespace; the test is in it, and it was made after the trace began
 *
 * While it lives no other has its address, and none of its sockets is older.
 */
void trace_space(struct trace *trace, int which)
{
	const char *enable = INSTANCE "/events/" GROUP "/space/enable";
	int fd;

	trace->space[which] = 0;
	if (!write_text(enable, "1"))
		die("%s", enable);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || !write_text(enable, "0"))
		die("a socket to trace");
	close(fd);
	trace_drain(trace, which);
	if (!trace->space[which])
		die("the kernel traced no socket of this test");
}

/**
 * trace_drain - read what was traced until now
 * @trace: trace
 * @where: namespace to mark the new events with
 */
void trace_drain(struct trace *trace, int where)
{
	uint8_t *page = malloc(trace->page);

	for (int i = 0; i < trace->cpus; i++)
		while (read(trace->fd[i], page, trace->page) > 0)
			read_page(trace, page, where);
	free(page);
	qsort(trace->list, trace->n, sizeof(*trace->list), by_time);
}
