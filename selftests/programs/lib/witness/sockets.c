// SPDX-License-Identifier: GPL-2.0
#include "lib/witness/sockets.h"

#include <dirent.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/util.h"
#include "lib/peer/sock.h"

/* <netinet/tcp.h> cannot stand beside the kernel's own header, which has all of tcp_info. */
enum { SYN_SENT = 2, CLOSE = 7, LISTEN = 10 };

static uint64_t inode_of(int fd)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		die("inode of a namespace");
	return st.st_ino;
}

static uint64_t own_namespace(void)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st))
		die("/proc/thread-self/ns/net");
	return st.st_ino;
}

/* Whether a socket is TCP's, connected, and in a namespace. */
static bool is_connected(int fd, uint64_t netns, struct tcp_info *info)
{
	socklen_t len = sizeof(int), size = sizeof(*info);
	int protocol, ns;
	uint64_t inode;

	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) || protocol != IPPROTO_TCP)
		return false;
	ns = ioctl(fd, SIOCGSKNS);
	inode = inode_of(ns);
	close(ns);
	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &size))
		die("TCP_INFO");
	return inode == netns && info->tcpi_state != LISTEN && info->tcpi_state != CLOSE &&
	       info->tcpi_state != SYN_SENT;
}

static void add(struct sockets *sockets, int fd, const struct stat *st,
		const struct tcp_info *info)
{
	struct own_socket *s;
	socklen_t len = sizeof(s->cookie);

	sockets->list = realloc(sockets->list, (sockets->n + 1) * sizeof(*s));
	if (!sockets->list)
		die("no memory");
	s = &sockets->list[sockets->n++];
	*s = (struct own_socket){
		.local = sock_local(fd), .remote = sock_remote(fd),
		.inode = st->st_ino, .uid = st->st_uid,
		.rtt = info->tcpi_rtt, .min_rtt = info->tcpi_min_rtt,
		.retransmits = info->tcpi_total_retrans,
		.sent = info->tcpi_bytes_sent - info->tcpi_bytes_retrans,
		.received = info->tcpi_bytes_received,
	};
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &s->cookie, &len))
		die("SO_COOKIE");
}

/**
 * sockets_read - ask all sockets that this process has open
 * @sockets: filled in
 */
void sockets_read(struct sockets *sockets)
{
	uint64_t netns = own_namespace();
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	*sockets = (struct sockets){ 0 };
	if (!dir)
		die("/proc/self/fd");
	while ((entry = readdir(dir))) {
		struct tcp_info info = { 0 };
		int fd = atoi(entry->d_name);
		struct stat st;

		if (*entry->d_name != '.' && !fstat(fd, &st) && S_ISSOCK(st.st_mode) &&
		    is_connected(fd, netns, &info))
			add(sockets, fd, &st, &info);
	}
	closedir(dir);
}

void sockets_free(struct sockets *sockets)
{
	free(sockets->list);
}
