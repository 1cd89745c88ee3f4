/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PAIR_H
#define PAIR_H

#include <netinet/in.h>
#include <stdbool.h>

#define PORT		7777
#define WARM_UP		200	/* connections before the clock starts */

/**
 * struct pair - the two ends of a connection
 * @client: the one that connected
 * @server: the one that was accepted
 */
struct pair {
	int client;
	int server;
};

extern struct in_addr address;		/* of the listener, 127.0.0.1 if not set */
extern const char *server_netns;	/* file of the namespace that the listener is in */
extern int server_snmp;			/* /proc/net/snmp of that namespace */

void address_set(const char *text);
void need(bool ok, const char *what);
long number(const char *text);
long long now(void);
void report(long long total, long count);
int listener_open(int port);
struct pair pair_open(int listener, int port, unsigned int host);
void pair_exchange(const struct pair *p);
void connect_in_a_row(int listener, int port, long n);

#endif
