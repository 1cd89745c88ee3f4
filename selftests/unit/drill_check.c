// SPDX-License-Identifier: GPL-2.0
/*
 * drill_check [-l] FILE...
 *
 * Whether each FILE is a packetdrill script that a TCP can pass: its grammar,
 * and by a small TCP (RFC 9293) that each segment expected from the kernel
 * follows from what was called and injected before it: its number, what it
 * acknowledges, and that there is a reason to send it. With -l its segments are
 * listed, one a line: direction, flags, sequence number, length, acknowledgment
 * number.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "drill_parser.h"

enum opening { CLOSED, LISTENING, CONNECTING, SYN_RECEIVED, OPEN, RESET };

/**
 * struct tcp - the kernel under test
 * @state: how far the opening has come, or RESET
 * @client: descriptor 3 is the connection, else it listens
 * @accepted: descriptor 4 is the connection
 * @snd_nxt: next number we send
 * @rcv_nxt: next number we expect
 * @queued: bytes written and not sent
 * @unread: bytes received and not read
 * @offered: payload of the SYN, for Fast Open
 * @fin: a FIN is to be sent, or was
 * @fin_sent: it was
 * @fin_end: number after it
 * @peer_fin: the peer's was taken
 * @closed: the program has closed
 * @linger: closing resets
 * @abort: an RST is to be sent
 * @answer: a segment came that wants one
 * @last: what came last
 * @came: whether something did
 */
static struct tcp {
	enum opening	state;
	bool		client, accepted;
	uint32_t	snd_nxt, rcv_nxt, queued, unread, offered;
	bool		fin, fin_sent, peer_fin, closed, linger, abort, answer, came;
	uint32_t	fin_end;
	struct event	last;
} tcp;

static bool listing;
static const char *path;

static __attribute__((format(printf, 2, 3))) bool fail(const struct event *event,
							const char *format, ...)
{
	va_list args;

	printf("# %s:%u: ", path, event->line);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	return false;
}

static bool has(const struct event *event, char flag)
{
	return strchr(event->flags, flag);
}

static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

static uint32_t end_of(const struct event *event)
{
	return event->seq + event->len + has(event, 'S') + has(event, 'F');
}

static bool send_syn(const struct event *event)
{
	if (event->seq)
		return fail(event, "the number of a SYN of ours is not 0");
	if (!has(event, '.') && tcp.state != CONNECTING)
		return fail(event, "a SYN, but nobody connects");
	if (has(event, '.') && tcp.state != SYN_RECEIVED)
		return fail(event, "a SYN/ACK, but no SYN came");
	if (has(event, '.') && event->ack == tcp.rcv_nxt + tcp.offered) {
		tcp.rcv_nxt += tcp.offered;	/* Fast Open */
		tcp.unread += tcp.offered;
		tcp.offered = 0;
	}
	if (has(event, '.') && event->ack != tcp.rcv_nxt)
		return fail(event, "it acknowledges %u, not %u", event->ack, tcp.rcv_nxt);
	if (event->len > tcp.queued && !tcp.snd_nxt)
		return fail(event, "the SYN has payload that was not written");
	if (is_before(tcp.snd_nxt, end_of(event)))
		tcp.snd_nxt = end_of(event);
	return true;
}

/* An RST ends what the program gave up, or answers what fits nowhere. */
static bool send_rst(const struct event *event)
{
	uint32_t want = has(&tcp.last, '.') ? tcp.last.ack : 0;

	if (tcp.abort) {
		tcp.state = RESET;
		if (event->seq != tcp.snd_nxt)
			return fail(event, "an RST with %u, next is %u", event->seq, tcp.snd_nxt);
		return true;
	}
	if (!tcp.came || has(&tcp.last, 'R'))
		return fail(event, "an RST without a reason");
	if (event->seq != want)
		return fail(event, "an RST with %u in answer to ack %u", event->seq, want);
	if (has(event, '.') && event->ack != end_of(&tcp.last))
		return fail(event, "an RST acknowledges %u, not %u", event->ack,
			    end_of(&tcp.last));
	return true;
}

static bool send_new(const struct event *event)
{
	if (event->seq != tcp.snd_nxt)
		return fail(event, "sequence number %u, next is %u", event->seq, tcp.snd_nxt);
	if (event->len > tcp.queued)
		return fail(event, "%u bytes, but only %u are written", event->len, tcp.queued);
	if (has(event, 'F') && (!tcp.fin || tcp.fin_sent || event->len != tcp.queued))
		return fail(event, "a FIN, but the program has not closed or has more to send");
	tcp.queued -= event->len;
	tcp.snd_nxt = end_of(event);
	if (has(event, 'F')) {
		tcp.fin_sent = true;
		tcp.fin_end = tcp.snd_nxt;
	}
	return true;
}

static bool send_segment(const struct event *event)
{
	bool again = is_before(event->seq, tcp.snd_nxt) && !is_before(tcp.snd_nxt, end_of(event)) &&
		     event->seq != end_of(event);
	bool plain = event->seq == end_of(event);

	if (has(event, '.') && !strpbrk(event->flags, "RS") && event->ack != tcp.rcv_nxt)
		return fail(event, "it acknowledges %u, but %u is expected next", event->ack,
			    tcp.rcv_nxt);
	if (has(event, 'R'))
		return send_rst(event);
	if (has(event, 'S'))
		return send_syn(event);
	if (tcp.state < SYN_RECEIVED || tcp.state == RESET)
		return fail(event, "a segment outside a connection");
	if (again)
		return !has(event, 'F') || end_of(event) == tcp.fin_end ||
		       fail(event, "a FIN at another place");
	if (!plain)
		return send_new(event);
	if (!tcp.answer)
		return fail(event, "an ACK that nothing asked for");
	if (event->seq != tcp.snd_nxt)
		return fail(event, "sequence number %u, next is %u", event->seq, tcp.snd_nxt);
	return true;
}

static bool receive_syn(const struct event *event)
{
	if (!has(event, '.') && tcp.state == CLOSED)
		return true;
	if (has(event, '.') && event->ack != tcp.snd_nxt)
		return true;	/* not ours */
	if (tcp.state == LISTENING || tcp.state == CONNECTING) {
		tcp.rcv_nxt = event->seq + 1;
		tcp.offered = event->len;
		tcp.state = tcp.state == CONNECTING && has(event, '.') ? OPEN : SYN_RECEIVED;
	} else if (tcp.state == SYN_RECEIVED && has(event, '.')) {
		tcp.state = OPEN;
	}
	return true;
}

static bool receive_segment(const struct event *event)
{
	tcp.came = true;
	tcp.last = *event;
	if (has(event, 'S')) {
		tcp.answer = true;
		return receive_syn(event);
	}
	if (has(event, 'R')) {
		if (event->seq == tcp.rcv_nxt || tcp.state == CONNECTING)
			tcp.state = RESET;
		tcp.answer = true;
		return true;
	}
	tcp.answer |= end_of(event) != event->seq || event->seq != tcp.rcv_nxt ||
		      is_before(tcp.snd_nxt, event->ack);
	if (tcp.state == SYN_RECEIVED && event->ack == tcp.snd_nxt)
		tcp.state = OPEN;
	if (event->seq != tcp.rcv_nxt || is_before(tcp.snd_nxt, event->ack))
		return true;	/* not in order: answered, and no more */
	if (tcp.closed && event->len)
		return true;	/* nobody will read it: an RST is due */
	tcp.rcv_nxt = end_of(event);
	tcp.unread += event->len;
	tcp.peer_fin |= has(event, 'F');
	return true;
}

static bool is_connection(const struct event *event)
{
	return event->arg[0] == (tcp.client ? 3 : 4) && (tcp.client || tcp.accepted) &&
	       !tcp.closed;
}

static bool call_socket(const struct event *event)
{
	if (event->result != 3)
		return fail(event, "the first descriptor is 3");
	return true;
}

static bool call_accept(const struct event *event)
{
	if (tcp.state < OPEN || tcp.client || tcp.accepted || event->result != 4)
		return fail(event, "nothing to accept");
	tcp.accepted = true;
	return true;
}

static bool call_read(const struct event *event)
{
	if (!is_connection(event) || event->arg[2] != event->result ||
	    event->result > tcp.unread)
		return fail(event, "%u bytes can be read", tcp.unread);
	tcp.unread -= (uint32_t)event->result;
	return true;
}

static bool call_write(const struct event *event)
{
	if (!is_connection(event) || event->arg[2] != event->result || event->result <= 0 ||
	    tcp.fin)
		return fail(event, "it cannot be written");
	tcp.queued += (uint32_t)event->result;
	return true;
}

static bool call_close(const struct event *event)
{
	if (event->arg[0] == 3 && !tcp.client && !tcp.accepted) {
		tcp.closed = true;	/* the listener */
		return true;
	}
	if (!is_connection(event))
		return fail(event, "no such descriptor");
	tcp.closed = true;
	if (tcp.linger || tcp.unread)
		tcp.abort = true;
	else if (tcp.state == OPEN || tcp.state == SYN_RECEIVED)
		tcp.fin = true;
	return true;
}

static bool call_shutdown(const struct event *event)
{
	if (!is_connection(event) || tcp.fin)
		return fail(event, "it cannot be shut down");
	tcp.fin = true;
	return true;
}

static bool call_connect(const struct event *event)
{
	if (tcp.state != CLOSED)
		return fail(event, "it cannot connect");
	tcp.client = true;
	tcp.state = CONNECTING;
	if (event->name[0] == 's')
		tcp.queued = (uint32_t)event->result;
	return true;
}

static bool call_listen(const struct event *event)
{
	if (tcp.state != CLOSED)
		return fail(event, "it cannot listen");
	tcp.state = LISTENING;
	return true;
}

static bool call_setsockopt(const struct event *event)
{
	/* Only SO_LINGER has an argument that is eight bytes long. */
	tcp.linger |= event->args == 5 && event->arg[4] == 8;
	return event->args == 5 || fail(event, "setsockopt() has five arguments");
}

static bool call_plain(const struct event *event)
{
	return event->result >= 0 || fail(event, "it fails");
}

static bool call(const struct event *event)
{
	static const struct {
		const char	*name;
		unsigned int	args;
		bool		(*act)(const struct event *event);
	} calls[] = {
		{ "socket", 3, call_socket }, { "accept", 3, call_accept },
		{ "read", 3, call_read }, { "write", 3, call_write },
		{ "send", 4, call_write }, { "close", 1, call_close },
		{ "shutdown", 2, call_shutdown }, { "connect", 3, call_connect },
		{ "sendto", 6, call_connect }, { "listen", 2, call_listen },
		{ "setsockopt", 5, call_setsockopt }, { "bind", 3, call_plain },
		{ "fcntl", 3, call_plain }, { "getsockopt", 5, call_plain },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (!strcmp(calls[i].name, event->name))
			return event->args == calls[i].args ? calls[i].act(event) :
			       fail(event, "%s() has %u arguments", event->name, calls[i].args);
	return fail(event, "nobody knows it");
}

static bool take(const struct event *event)
{
	if (event->kind == EVENT_CALL)
		return call(event);
	if (event->kind != EVENT_SEGMENT)
		return true;
	if (listing)
		printf("%s %s %u %u %u\n", event->out ? "out" : "in",
		       *event->flags ? event->flags : "-", event->seq, event->len, event->ack);
	return event->out ? send_segment(event) : receive_segment(event);
}

static char *load(const char *name)
{
	FILE *file = fopen(name, "rb");
	char *text = malloc(64 << 20);
	size_t len;

	if (!file || !text) {
		perror(name);
		exit(2);
	}
	len = fread(text, 1, (64 << 20) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

int main(int argc, char **argv)
{
	int i = 1, failed = 0;

	listing = argc > 1 && !strcmp(argv[1], "-l");
	for (i += listing; i < argc; i++) {
		char *script = load(argv[i]);

		path = argv[i];
		memset(&tcp, 0, sizeof(tcp));
		failed |= !parser_read(path, script, take);
		free(script);
	}
	return failed;
}
