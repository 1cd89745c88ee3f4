// SPDX-License-Identifier: GPL-2.0
/*
 * The events are read in their binary form: the text of inet_sock_set_state
 * leaves out the address of the socket, which alone joins "LISTEN -> SYN_RECV"
 * (it carries the listener's tuple) and "CLOSE -> SYN_SENT" (it has no local
 * port yet) to what the same socket does later.
 */
#include "lib/witness/trace_format.h"

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

#include "lib/base/util.h"
#include "lib/witness/btf.h"

#define TRACING		"/sys/kernel/tracing"
#define INSTANCE	TRACING "/instances/tcpledger_selftest"
#define GROUP		"tcpledger_selftest"
#define BUFFER_KB	times(4096, 262144)	/* of each CPU; a SYN takes 1 to 2 KiB of it */
#define TIMEWAIT_BYTES	768	/* of the buffer, for all events of a timewait socket */
#define REASONS_MAX	512

/*
 * Fields of a timewait socket, by their place in struct sock_common and in
 * struct inet_timewait_sock of a 64-bit kernel; the ports and the addresses
 * of IPv6 are in network order. Tuples repeat from namespace to namespace, and
 * what an earlier test left behind goes on; so each tells its namespace.
 */
#define TW_FIELDS							\
	"tw=$arg1:u64 net=+48($arg1):u64 "					\
	"substate=+140($arg1):u8 family=+16($arg1):u16 "			\
	"rport=+12($arg1):u16 lport=+14($arg1):u16 "			\
	"raddr=+0($arg1):u32 laddr=+4($arg1):u32 "				\
	"raddr6a=+56($arg1):u64 raddr6b=+64($arg1):u64 "			\
	"laddr6a=+72($arg1):u64 laddr6b=+80($arg1):u64"

/*
 * A segment that TCP processes: its socket, full or not, and what TCP keeps in
 * struct tcp_skb_cb, which begins at byte 40 of the packet's struct sk_buff. The number
 * that it acknowledges has another place since there are 12 flags; see define().
 */
#define CB			40
#define ACK_PLACE		"+ack("
#define ACK_OFFSET_USUALLY	16
#define SEGMENT_FIELDS(sock)						\
	"sock=" sock ":u64 net=+48(" sock "):u64 "			\
	"rport=+12(" sock "):u16 lport=+14(" sock "):u16 "		\
	"skb=$arg2:u64 seq=+40($arg2):u32 end=+44($arg2):u32 "		\
	"flags=+52($arg2):u8 ack=" ACK_PLACE "$arg2):u32"

/**
 * struct source - an event of the kernel that is traced
 * @name: "group/event"
 * @definition: of one that is defined here, without its name: what is probed, and fields
 * @fields: those that are read, in the order of trace_format.h
 * @filter: what of it is traced, or NULL
 * @stack: its stack is traced with it
 * @always: not for traces of timewait sockets alone
 */
struct source {
	const char *name;
	const char *definition;
	const char *const *fields;
	const char *filter;
	bool stack;
	bool always;
};

static const char *const state_fields[] = {
	"skaddr", "oldstate", "newstate", "sport", "dport", "protocol", "saddr_v6", "daddr_v6", NULL
};

static const char *const tw_fields[] = {
	"tw", "net", "substate", "family", "rport", "lport", "raddr", "laddr", "raddr6a", "laddr6a",
	"rearm", NULL
};

static const char *const space_fields[] = { "net", NULL };
static const char *const where_fields[] = { "sock", "net", NULL };
static const char *const segment_fields[] = {
	"sock", "net", "skb", "seq", "end", "ack", "flags", "rport", "lport", NULL
};
static const char *const drop_fields[] = { "skb", "reason", "seq", "end", "flags", NULL };
static const char *const stack_fields[] = { "size", "caller", NULL };

static const struct source sources[TRACE_KINDS] = {
	[TRACE_STATE] = { "sock/inet_sock_set_state", NULL, state_fields, .stack = true },
	/* The event above does not tell the namespace. */
	[TRACE_WHERE] = { GROUP "/where", "e: sock/inet_sock_set_state "
		"sock=$skaddr:u64 net=+48($skaddr):u64", where_fields },
	[TRACE_TW_SCHEDULE] = { GROUP "/schedule", "p: __inet_twsk_schedule " TW_FIELDS
		" rearm=$arg3:u8", tw_fields, .always = true },
	[TRACE_TW_KILL] = { GROUP "/kill", "p: inet_twsk_kill " TW_FIELDS, tw_fields,
		.stack = true, .always = true },
	[TRACE_SPACE] = { GROUP "/space", "p: __sock_create net=$arg1:u64", space_fields,
		.always = true },
	[TRACE_PROCESS] = { GROUP "/process", "p: tcp_rcv_state_process " SEGMENT_FIELDS("$arg1"),
		segment_fields },
	[TRACE_OPEN] = { GROUP "/open", "p: tcp_rcv_established " SEGMENT_FIELDS("$arg1"),
		segment_fields, "flags & 7" },
	[TRACE_TIMEWAIT] = { GROUP "/timewait", "p: tcp_timewait_state_process "
		SEGMENT_FIELDS("$arg1"), segment_fields },
	[TRACE_REQUEST] = { GROUP "/request", "p: tcp_check_req " SEGMENT_FIELDS("$arg3"),
		segment_fields },
	/* TCP's numbers tell whether it is the packet that TCP had, or one with its memory. */
	[TRACE_DROP] = { GROUP "/drop", "e: skb/kfree_skb skb=$skbaddr:u64 reason=$reason:u32 "
		"seq=+40($skbaddr):u32 end=+44($skbaddr):u32 flags=+52($skbaddr):u8", drop_fields,
		"reason > NOT_SPECIFIED" },
	[TRACE_STACK] = { "ftrace/kernel_stack", NULL, stack_fields },
};

struct trace_format trace_formats[TRACE_KINDS];
static struct reason {
	int number;
	char name[64];
} reasons[REASONS_MAX];		/* of kfree_skb: "{ 1, "NAME" }, ..." */

static size_t reasons_n;
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

static void set_buffer(size_t kb)
{
	char text[32];

	snprintf(text, sizeof(text), "%zu", kb);
	if (!write_text(INSTANCE "/buffer_size_kb", text))
		die("a buffer of %zu KiB for " INSTANCE, kb);
}

/* Write to a file of an event in the instance of this program, or in that of all. */
static bool set_event(const char *base, const struct source *source, const char *file,
		      const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/events/%s/%s", base, source->name, file);
	return write_text(path, text);
}

static char *read_event(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), TRACING "/events/%s/format", name);
	return read_all(path);
}

static void read_format(const struct source *source, struct trace_format *format)
{
	char *text = read_event(source->name);

	if (sscanf(strstr(text, "ID:"), "ID: %d", &format->id) != 1)
		die("no ID of %s", source->name);
	for (int i = 0; source->fields[i]; i++) {
		char key[32];
		const char *at;

		snprintf(key, sizeof(key), " %s;", source->fields[i]);
		at = strstr(text, key);
		format->offset[i] = -1;
		if (!at) {
			/* An array's name goes on with its size. */
			snprintf(key, sizeof(key), " %s[", source->fields[i]);
			at = strstr(text, key);
		}
		if (at)
			sscanf(strstr(at, "offset:"), "offset:%d", &format->offset[i]);
	}
	free(text);
}

/* The numbers of the reasons differ from kernel to kernel, and the format tells them. */
static void read_reasons(void)
{
	char *text = read_event("skb/kfree_skb");
	const char *at = strstr(text, "REC->reason, {");

	if (!at)
		die("kfree_skb tells no reasons");
	for (reasons_n = 0; (at = strchr(at, '{')); at++) {
		struct reason *reason = &reasons[reasons_n];

		if (sscanf(at, "{ %i, \"%63[^\"]\"", &reason->number, reason->name) != 2)
			continue;
		if (++reasons_n == REASONS_MAX)
			die("kfree_skb tells more than %d reasons", REASONS_MAX);
	}
	free(text);
}

/**
 * trace_reason - the kernel's name of a reason to throw a packet away
 * @reason: its number
 * Return: the name, in static memory; "?" if it has none
 */
const char *trace_reason(uint32_t reason)
{
	for (size_t i = 0; i < reasons_n; i++)
		if ((uint32_t)reasons[i].number == reason)
			return reasons[i].name;
	return "?";
}

static int number_of_reason(const char *name)
{
	for (size_t i = 0; i < reasons_n; i++)
		if (!strcmp(reasons[i].name, name))
			return reasons[i].number;
	die("kfree_skb has no reason %s", name);
}

static void forget(void)
{
	for (int i = 0; i < TRACE_KINDS; i++) {
		char command[128];

		if (!sources[i].definition)
			continue;
		snprintf(command, sizeof(command), "-:%s\n", sources[i].name);
		write_text(TRACING "/dynamic_events", command);
	}
}

/* @ack: the offset that stands for ACK_PLACE */
static void define(const struct source *source, unsigned int ack)
{
	const char *fields = source->definition + 3, *place = strstr(fields, ACK_PLACE);
	char command[1024];

	if (place)
		snprintf(command, sizeof(command), "%.2s%s %.*s+%u(%s\n", source->definition,
			 source->name, (int)(place - fields), fields, ack,
			 place + strlen(ACK_PLACE));
	else
		snprintf(command, sizeof(command), "%.2s%s %s\n", source->definition,
			 source->name, fields);
	if (!write_text(TRACING "/dynamic_events", command))
		die("a new event: %s", command);
}

/* Trace an event from now on. */
static void enable(const struct source *source)
{
	char filter[32];

	if (source->filter) {
		snprintf(filter, sizeof(filter), "%s", source->filter);
		if (source == &sources[TRACE_DROP]) {
			snprintf(filter, sizeof(filter), "reason > %d",
				 number_of_reason("NOT_SPECIFIED"));
		}
		if (!set_event(INSTANCE, source, "filter", filter))
			die("filter %s", source->name);
	}
	if (source->stack && !set_event(INSTANCE, source, "trigger", "stacktrace"))
		die("the stack of %s", source->name);
	if (!set_event(INSTANCE, source, "enable", "1"))
		die("begin to trace %s", source->name);
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

/* Reading costs what is there; to clear a buffer costs all of its pages, in every test. */
static void forget_earlier(const struct trace *trace)
{
	uint8_t *page = malloc(trace->page);

	for (int i = 0; i < trace->cpus; i++)
		while (read(trace->fd[i], page, trace->page) > 0)
			;
	free(page);
}

static void trace_end(void)
{
	/* A test that gives up exits in a child. */
	if (getpid() != owner)
		return;
	write_text(INSTANCE "/events/enable", "0");
	if (rmdir(INSTANCE))
		say("rmdir " INSTANCE ": %s", strerror(errno));
	forget();
}

/**
 * trace_begin - trace the states of all TCP sockets for as long as this program runs
 *
 * Once for all tests of a program: making the instance costs more than most tests.
 */
void trace_begin(void)
{
	int ack = btf_offset("tcp_skb_cb", "ack_seq");

	if (access(TRACING "/instances", F_OK))
		mount("tracefs", TRACING, "tracefs", 0, NULL);
	symbols_load();
	/* Events stay defined after a crash, and a second definition is refused. */
	rmdir(INSTANCE);
	forget();
	read_reasons();
	for (int i = 0; i < TRACE_KINDS; i++) {
		if (sources[i].definition)
			define(&sources[i], CB + (ack < 0 ? ACK_OFFSET_USUALLY : ack));
		read_format(&sources[i], &trace_formats[i]);
	}
	if (mkdir(INSTANCE, 0700))
		die("mkdir " INSTANCE);
	owner = getpid();
	atexit(trace_end);
	if (!write_text(INSTANCE "/trace_clock", "mono"))
		die("set up " INSTANCE);
	set_buffer(BUFFER_KB);
	for (int i = 0; i < TRACE_STACK; i++)
		enable(&sources[i]);
}

/**
 * trace_timewait_only - trace timewait sockets only, but thousands of them in one test
 * @n: how many
 */
void trace_timewait_only(size_t n)
{
	for (int i = 0; i < TRACE_STACK; i++) {
		const struct source *source = &sources[i];

		if (source->always)
			continue;
		/* The stack is traced as long as it is wanted, with its event or without. */
		if (source->stack && !set_event(INSTANCE, source, "trigger", "!stacktrace"))
			die("no stack of %s", source->name);
		if (!set_event(INSTANCE, source, "enable", "0"))
			die("trace no longer %s", source->name);
	}
	set_buffer(BUFFER_KB + n * TIMEWAIT_BYTES / 1024);
}

/**
 * trace_open - begin to read the trace, from now on
 * @trace: trace, set up here
 */
void trace_open(struct trace *trace)
{
	memset(trace, 0, sizeof(*trace));
	trace->page = sysconf(_SC_PAGESIZE);
	trace->asks = TRACE_ELSEWHERE;
	open_buffers(trace);
	forget_earlier(trace);
	trace->since = now_ns();
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

/**
 * trace_space - learn which namespace of the kernel a namespace of the test is
 * @trace: trace, read until now
 * @which: index of the namespace; the test is in it, and it was made after the trace began
 *
 * While it lives no other has its address, and none of its sockets is older.
 */
void trace_space(struct trace *trace, int which)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("a socket to trace");
	close(fd);
	/* Of all that the test made until now the last one counts. */
	trace->netns[which] = 0;
	trace->asks = which;
	trace_drain(trace);
	trace->asks = TRACE_ELSEWHERE;
	if (!trace->netns[which])
		die("the kernel traced no socket of this test");
}
