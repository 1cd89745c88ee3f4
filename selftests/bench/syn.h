/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SYNs of many sources in 198.18.0.0/15 to 198.18.0.1, an address of this host. They come
 * in on the loopback device from a packet socket, so no socket of this host has anything
 * to do with them.
 */
#ifndef SYN_H
#define SYN_H

#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SYN_HOST	0xc6120001	/* 198.18.0.1 */
#define SYN_BATCH	64
#define CLOSED_PORT	9

struct syn {
	struct iphdr ip;
	struct tcphdr tcp;
};

static uint32_t sum16(const void *data, size_t len, uint32_t sum)
{
	const char *p = data;
	uint16_t word;

	for (; len; len -= sizeof(word), p += sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum += word;
	}
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static struct syn syn_from(uint32_t n, uint16_t port)
{
	struct syn s = {
		.ip = {
			.version = 4, .ihl = 5, .tot_len = htons(sizeof(s)), .ttl = 64,
			.protocol = IPPROTO_TCP, .saddr = htonl(SYN_HOST + 1 + n % 0xffff),
			.daddr = htonl(SYN_HOST),
		},
		.tcp = {
			.source = htons(1024 + n / 0xffff), .dest = htons(port),
			.seq = n * 2654435761u, .doff = 5, .syn = 1, .window = htons(65535),
		},
	};

	s.ip.check = fold(sum16(&s.ip, sizeof(s.ip), 0));
	s.tcp.check = fold(sum16(&s.tcp, sizeof(s.tcp), sum16(&s.ip.saddr, 8,
				 htons(IPPROTO_TCP) + htons(sizeof(s.tcp)))));
	return s;
}

/* Those of the sources number @n to @last, to a port. */
static void syns_send(uint32_t n, uint32_t last, uint16_t port)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_halen = ETH_ALEN,
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	to.sll_ifindex = if_nametoindex("lo");
	if (fd < 0 || !to.sll_ifindex)
		err(1, "packet socket on lo");
	while (n <= last) {
		struct mmsghdr messages[SYN_BATCH] = { 0 };
		struct iovec parts[SYN_BATCH];
		struct syn syns[SYN_BATCH];
		int count = 0;

		for (; count < SYN_BATCH && n <= last; count++) {
			syns[count] = syn_from(n++, port);
			parts[count] = (struct iovec){ &syns[count], sizeof(syns[count]) };
			messages[count].msg_hdr = (struct msghdr){
				.msg_name = &to, .msg_namelen = sizeof(to),
				.msg_iov = &parts[count], .msg_iovlen = 1,
			};
		}
		if (sendmmsg(fd, messages, count, 0) != count)
			err(1, "sendmmsg");
	}
	close(fd);
}

#endif
