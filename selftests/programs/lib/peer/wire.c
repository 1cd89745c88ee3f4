// SPDX-License-Identifier: GPL-2.0
#include "lib/peer/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/util.h"

#define MTU		1500
#define PEER_WINDOW	65000
#define PEER_MSS	1000

/**
 * wire_open - make the device "wire0" in this namespace and give it addresses
 * @wire: wire, set up here
 * @family: AF_INET or AF_INET6
 */
void wire_open(struct wire *wire, int family)
{
	struct ifreq ifr = { .ifr_name = "wire0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	const char *host = family == AF_INET ? "192.0.2.1" : "2001:db8::1";

	/* Where no udev makes the node beforehand, the module does. */
	if (access("/dev/net/tun", F_OK))
		run("modprobe tun");
	wire->fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (wire->fd < 0 || ioctl(wire->fd, TUNSETIFF, &ifr))
		die("TUN device");
	if (family == AF_INET)
		run("ip addr add %s/24 dev wire0", host);
	else
		run("ip addr add %s/64 dev wire0 nodad", host);
	run("ip link set wire0 up");
	wire->host = endpoint_from_text(host, 0);
	wire->far = endpoint_from_text(family == AF_INET ? "192.0.2.2" : "2001:db8::2", 0);
}

void wire_close(struct wire *wire)
{
	close(wire->fd);
}

/**
 * wire_send - let a segment come to this host
 * @wire: wire
 * @seg: segment, from any sender
 */
void wire_send(struct wire *wire, const struct segment *seg)
{
	uint8_t data[MTU];
	size_t len = packet_build(seg, data, sizeof(data));

	if (write(wire->fd, data, len) != (ssize_t)len)
		die("write to the wire");
}

/**
 * wire_send_bytes - let any bytes come to this host
 * @wire: wire
 * @data: the packet, or what is meant to be taken for one
 * @len: how long it is
 *
 * The device itself refuses what is neither IPv4 nor IPv6.
 */
void wire_send_bytes(struct wire *wire, const uint8_t *data, size_t len)
{
	if (write(wire->fd, data, len) != (ssize_t)len && errno != EINVAL)
		die("write %zu bytes to the wire", len);
}

/**
 * wire_drain - take all that this host has sent off the wire, so that its queue does not fill
 * @wire: wire
 */
void wire_drain(struct wire *wire)
{
	struct segment seg;

	while (wire_receive(wire, &seg, 0))
		;
}

/**
 * wire_send_unreachable - let an ICMP error come to this host
 * @wire: wire
 * @cause: the host's segment that is said to be undeliverable
 */
void wire_send_unreachable(struct wire *wire, const struct segment *cause)
{
	uint8_t data[MTU];
	size_t len = packet_build_unreachable(cause, data, sizeof(data));

	if (write(wire->fd, data, len) != (ssize_t)len)
		die("write to the wire");
}

/**
 * wire_receive - take the next segment that this host sent
 * @wire: wire
 * @seg: filled in
 * @ms: how long to wait for it
 * Return: false if none came
 */
bool wire_receive(struct wire *wire, struct segment *seg, unsigned int ms)
{
	int64_t end = now_ns() + ms * 1000000LL;
	uint8_t data[MTU];

	for (;;) {
		struct pollfd pfd = { .fd = wire->fd, .events = POLLIN };
		int64_t left = (end - now_ns() + 999999) / 1000000;
		ssize_t len = read(wire->fd, data, sizeof(data));

		if (len < 0 && errno != EAGAIN)
			die("read from the wire");
		/* The device also carries what IPv6 says to its neighbours. */
		if (len > 0 && packet_parse(data, len, len, seg))
			return true;
		if (len > 0)
			continue;
		if (left <= 0)
			return false;
		poll(&pfd, 1, left);
	}
}

/**
 * peer_at - make a peer, which sends nothing yet
 * @wire: where it is
 * @own_port: its port
 * @host_port: port of the endpoint in the kernel
 * Return: the peer, with a sequence number near the wrap
 */
struct peer peer_at(struct wire *wire, uint16_t own_port, uint16_t host_port)
{
	struct peer peer = {
		.wire = wire,
		.self = wire->far,
		.host = wire->host,
		.seq = 0xfffffff0,
	};

	peer.self.port = own_port;
	peer.host.port = host_port;
	return peer;
}

/**
 * peer_segment - the segment a peer would send next
 * @peer: peer
 * @flags: SEG_*; a SYN offers an MSS, and timestamps if the peer has them
 * @len: payload bytes
 * Return: the segment, for the test to send as it is or to spoil first
 */
struct segment peer_segment(const struct peer *peer, uint8_t flags, uint32_t len)
{
	return (struct segment){
		.src = peer->self,
		.dst = peer->host,
		.seq = peer->seq,
		.ack = flags & SEG_ACK ? peer->ack : 0,
		.len = len,
		.win = flags & SEG_RST ? 0 : PEER_WINDOW,
		.flags = flags,
		.mss = flags & SEG_SYN ? PEER_MSS : -1,
		.wscale = -1,
		.timestamps = peer->timestamps,
		.tsval = peer->tsval,
		.tsecr = flags & SEG_ACK ? peer->got.tsval : 0,
	};
}

static uint32_t sequence_space(const struct segment *seg)
{
	return seg->len + !!(seg->flags & SEG_SYN) + !!(seg->flags & SEG_FIN);
}

/**
 * peer_send - send a segment and step over it
 * @peer: peer
 * @flags: SEG_*
 * @len: payload bytes
 */
void peer_send(struct peer *peer, uint8_t flags, uint32_t len)
{
	struct segment seg = peer_segment(peer, flags, len);

	wire_send(peer->wire, &seg);
	peer->seq += sequence_space(&seg);
}

static bool same_again(const struct segment *a, const struct segment *b)
{
	return a->seq == b->seq && a->len == b->len && a->flags == b->flags && sequence_space(a);
}

/* The next segment for this peer, which is or is not a repetition of the last. */
static void peer_receive(struct peer *peer, bool again, unsigned int ms)
{
	int64_t end = now_ns() + ms * 1000000LL;
	struct segment seg;

	do {
		int64_t left = end - now_ns();

		if (!wire_receive(peer->wire, &seg, left > 0 ? left / 1000000 : 0))
			die("port %u: nothing came after %s", peer->self.port,
			    segment_text(&peer->got));
	} while (!endpoint_equal(&seg.dst, &peer->self) || same_again(&seg, &peer->got) != again);
	peer->got = seg;
	peer->host = seg.src;
	if (sequence_space(&seg))
		peer->ack = seg.seq + sequence_space(&seg);
}

/**
 * peer_expect - receive the next segment, which must be of one kind
 * @peer: peer; its next acknowledgment covers the segment
 * @flags: exactly these of FIN, SYN, RST and ACK
 * @ms: how long to wait for it
 *
 * Retransmissions of the segment before are passed over: how many of them
 * there are depends on how long the test had to do with other things.
 */
void peer_expect(struct peer *peer, uint8_t flags, unsigned int ms)
{
	peer_receive(peer, false, ms);
	if ((peer->got.flags & (SEG_CONTROL | SEG_ACK)) != flags)
		die("flags %#x wanted, got %s", flags, segment_text(&peer->got));
}

/**
 * peer_expect_again - wait until the last segment is sent again
 * @peer: peer
 * @ms: how long to wait for it
 */
void peer_expect_again(struct peer *peer, unsigned int ms)
{
	peer_receive(peer, true, ms);
}

/**
 * peer_silent - see that nothing is sent to a peer
 * @peer: peer
 * @ms: for how long
 * Return: whether it stayed silent
 */
bool peer_silent(struct peer *peer, unsigned int ms)
{
	struct segment seg;

	/* What goes to other peers meanwhile is not for this one. */
	while (wire_receive(peer->wire, &seg, ms))
		if (endpoint_equal(&seg.dst, &peer->self))
			return false;
	return true;
}

/**
 * peer_accept_connection - answer a connect() of the kernel until it is established
 * @peer: peer; learns the port of the kernel's endpoint
 */
void peer_accept_connection(struct peer *peer)
{
	peer_expect(peer, SEG_SYN, DEADLINE_MS);
	peer_send(peer, SEG_SYN | SEG_ACK, 0);
	peer_expect(peer, SEG_ACK, DEADLINE_MS);
}

/**
 * peer_open_connection - connect to a listener of the kernel
 * @peer: peer
 */
void peer_open_connection(struct peer *peer)
{
	peer_send(peer, SEG_SYN, 0);
	peer_expect(peer, SEG_SYN | SEG_ACK, DEADLINE_MS);
	peer_send(peer, SEG_ACK, 0);
}

/**
 * raw_send - send a segment from a raw socket of this host
 * @seg: segment, from any sender; its IP header is the test's own
 */
void raw_send(const struct segment *seg)
{
	int family = endpoint_is_ipv4(&seg->src) ? AF_INET : AF_INET6;
	struct endpoint to = seg->dst;
	struct sockaddr_storage sa;
	uint8_t data[MTU];
	size_t len = packet_build(seg, data, sizeof(data));
	socklen_t sa_len;
	int fd;

	/* IPv6 takes the port of a raw socket's address for a protocol. */
	to.port = 0;
	sa_len = endpoint_to_sockaddr(&to, family, &sa);
	fd = socket(family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0 || sendto(fd, data, len, 0, (struct sockaddr *)&sa, sa_len) != (ssize_t)len)
		die("raw socket");
	close(fd);
}
