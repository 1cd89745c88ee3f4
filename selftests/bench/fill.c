// SPDX-License-Identifier: GPL-2.0
/*
 * Fills the ledger: fill FIRST LAST sends SYNs of that many different sources in
 * 198.18.0.0/15, to a closed port of 198.18.0.1, an address of this host. Each makes a
 * record that the host's RST ends: the quickest way to a million of them.
 *
 * They come in on the loopback device from a packet socket, so no socket of this
 * host has anything to do with them, and nothing comes back.
 */
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define HOST		0xc6120001	/* 198.18.0.1 */
#define CLOSED_PORT	9
#define BATCH		64

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

static struct syn syn_from(uint32_t n)
{
	struct syn s = {
		.ip = {
			.version = 4, .ihl = 5, .tot_len = htons(sizeof(s)), .ttl = 64,
			.protocol = IPPROTO_TCP, .saddr = htonl(HOST + 1 + n % 0xffff),
			.daddr = htonl(HOST),
		},
		.tcp = {
			.source = htons(1024 + n / 0xffff), .dest = htons(CLOSED_PORT),
			.seq = n * 2654435761u, .doff = 5, .syn = 1, .window = htons(65535),
		},
	};

	s.ip.check = fold(sum16(&s.ip, sizeof(s.ip), 0));
	s.tcp.check = fold(sum16(&s.tcp, sizeof(s.tcp), sum16(&s.ip.saddr, 8,
				 htons(IPPROTO_TCP) + htons(sizeof(s.tcp)))));
	return s;
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_halen = ETH_ALEN,
	};
	uint32_t n = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
	uint32_t last = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	to.sll_ifindex = if_nametoindex("lo");
	if (!n || last < n)
		errx(2, "usage: fill FIRST LAST");
	if (fd < 0 || !to.sll_ifindex)
		err(1, "packet socket on lo");
	while (n <= last) {
		struct mmsghdr messages[BATCH] = { 0 };
		struct iovec parts[BATCH];
		struct syn syns[BATCH];
		int count = 0;

		for (; count < BATCH && n <= last; count++) {
			syns[count] = syn_from(n++);
			parts[count] = (struct iovec){ &syns[count], sizeof(syns[count]) };
			messages[count].msg_hdr = (struct msghdr){
				.msg_name = &to, .msg_namelen = sizeof(to),
				.msg_iov = &parts[count], .msg_iovlen = 1,
			};
		}
		if (sendmmsg(fd, messages, count, 0) != count)
			err(1, "sendmmsg");
	}
	return 0;
}
