// SPDX-License-Identifier: GPL-2.0
#include "lib/witness/capture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/util.h"

#define RECEIVE_BUFFER	(16 << 20)

/**
 * capture_open - begin to capture on all devices of this namespace
 * @cap: capture, set up here
 */
void capture_open(struct capture *cap)
{
	int on = 1, size = RECEIVE_BUFFER;

	memset(cap, 0, sizeof(*cap));
	cap->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
	if (cap->fd < 0)
		die("packet socket");
	if (setsockopt(cap->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    setsockopt(cap->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		die("packet socket options");
}

/**
 * capture_only - go on with one device only
 * @cap: capture
 * @device: its name; where a VRF shows a segment twice, its slave shows it once
 */
void capture_only(struct capture *cap, const char *device)
{
	struct sockaddr_ll ll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(device),
	};

	if (bind(cap->fd, (struct sockaddr *)&ll, sizeof(ll)))
		die("packet socket on %s", device);
}

static int64_t arrival_ns(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	struct timespec ts;

	if (!c || c->cmsg_type != SO_TIMESTAMPNS)
		return 0;
	memcpy(&ts, CMSG_DATA(c), sizeof(ts));
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

/* Whether a datagram over loopback has the time when it was sent. */
static bool is_stamped(struct capture *cap)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char control[CMSG_SPACE(sizeof(struct timespec))];
	int frames = 0, stamped = 0;
	int64_t sent;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || sendto(fd, "", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1)
		die("datagram over loopback");
	sent = real_ns();
	close(fd);
	usleep(1000);	/* so that the time of reading is another */
	for (;;) {
		struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };

		if (recvmsg(cap->fd, &msg, MSG_TRUNC) < 0)
			return frames && stamped == frames;
		frames++;
		stamped += arrival_ns(&msg) <= sent;
	}
}

/**
 * capture_stamped - wait until what is captured has its own time
 * @cap: capture in a namespace whose loopback is up
 *
 * The kernel begins to stamp frames some time after it was asked for it first
 * (net_enable_timestamp() leaves it to a worker); a frame without a stamp gets
 * the time when it is read.
 */
void capture_stamped(struct capture *cap)
{
	need(is_stamped(cap), DEADLINE_MS);
}

/* Give a segment the ends that its socket knows, if it is of this connection. */
static void translate(struct captured *frame, const struct translated *of)
{
	struct endpoint *local = frame->out ? &frame->seg.src : &frame->seg.dst;
	struct endpoint *remote = frame->out ? &frame->seg.dst : &frame->seg.src;

	if (!endpoint_equal(local, &of->wire_local) || !endpoint_equal(remote, &of->wire_remote))
		return;
	*local = of->local;
	*remote = of->remote;
}

/**
 * capture_translate - show the segments of a connection as its socket has them
 * @cap: capture
 * @of: the connection, with NAT on this very host; what was captured before counts as well
 *
 * A packet socket sees what goes out after NAT and what comes before it, TCP and
 * the ledger the other side of it.
 */
void capture_translate(struct capture *cap, const struct translated *of)
{
	if (cap->n_translated == TRANSLATED_MAX)
		die("more than %d translated connections", TRANSLATED_MAX);
	capture_drain(cap);
	for (size_t i = 0; i < cap->n; i++)
		translate(&cap->list[i], of);
	cap->translated[cap->n_translated++] = *of;
}

static void capture_add(struct capture *cap, const struct captured *frame)
{
	if (cap->n == cap->room) {
		cap->room = cap->room ? cap->room * 2 : 256;
		cap->list = realloc(cap->list, cap->room * sizeof(*cap->list));
		if (!cap->list)
			die("no memory");
	}
	cap->list[cap->n] = *frame;
	for (size_t i = 0; i < cap->n_translated; i++)
		translate(&cap->list[cap->n], &cap->translated[i]);
	cap->n++;
}

/**
 * capture_drain - take over what was captured until now
 * @cap: capture
 */
void capture_drain(struct capture *cap)
{
	struct tpacket_stats stats;
	socklen_t len = sizeof(stats);

	for (;;) {
		uint8_t data[PACKET_HEADERS_MAX];
		char control[CMSG_SPACE(sizeof(struct timespec))];
		struct iovec iov = { data, sizeof(data) };
		struct sockaddr_ll from;
		struct msghdr msg = {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t total = recvmsg(cap->fd, &msg, MSG_TRUNC);
		struct captured frame = { 0 };

		if (total < 0 && errno == EAGAIN)
			break;
		if (total < 0)
			die("packet socket");
		if (!packet_parse(data, (size_t)total < sizeof(data) ? (size_t)total : sizeof(data),
				  total, &frame.seg))
			continue;
		if (from.sll_pkttype != PACKET_OUTGOING && from.sll_pkttype != PACKET_HOST)
			continue;
		frame.out = from.sll_pkttype == PACKET_OUTGOING;
		frame.seg.ns = arrival_ns(&msg);
		capture_add(cap, &frame);
	}
	if (getsockopt(cap->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) || stats.tp_drops)
		die("the capture lost %u frames", stats.tp_drops);
}

void capture_close(struct capture *cap)
{
	close(cap->fd);
	free(cap->list);
}

static bool selected(const struct captured *frame, const struct endpoint *src, uint8_t flags)
{
	const uint8_t mask = SEG_CONTROL | SEG_ACK;

	/* Either direction will do, but on loopback not both. */
	return endpoint_equal(&frame->seg.src, src) && (frame->seg.flags & mask) == flags;
}

/**
 * capture_find - find a segment that an endpoint sent
 * @cap: capture
 * @src: who sent it
 * @flags: exactly these of FIN, SYN, RST and ACK
 * @nth: from 0
 * Return: the segment, NULL if there are not so many
 */
const struct segment *capture_find(struct capture *cap, const struct endpoint *src,
				   uint8_t flags, unsigned int nth)
{
	bool out = false;

	capture_drain(cap);
	for (size_t i = 0; i < cap->n; i++)
		out |= cap->list[i].out && endpoint_equal(&cap->list[i].seg.src, src);
	for (size_t i = 0; i < cap->n; i++)
		if (cap->list[i].out == out && selected(&cap->list[i], src, flags) && !nth--)
			return &cap->list[i].seg;
	return NULL;
}

/**
 * capture_count - count the segments that an endpoint sent
 * @cap: capture
 * @src: who sent them
 * @flags: exactly these of FIN, SYN, RST and ACK
 * Return: how many
 */
int capture_count(struct capture *cap, const struct endpoint *src, uint8_t flags)
{
	unsigned int n = 0;

	while (capture_find(cap, src, flags, n))
		n++;
	return n;
}
