/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The programs of a case: plain sockets on the two hosts. All that may take a while
 * is waited for, with a deadline. A socket is its descriptor, -1 after a failure.
 */
#ifndef TCPLEDGER_SOCKETS_H
#define TCPLEDGER_SOCKETS_H

#include <stdint.h>

#include "lab/world.h"

int sockets_listen(struct world *world, int backlog);
int sockets_begin(struct world *world, uint16_t port);
int sockets_begin_back(struct world *world);
void sockets_allow_fast(struct world *world, int listener);
int sockets_begin_fast(struct world *world, uint16_t port, const char *text);
void sockets_established(struct world *world, int fd);
void sockets_failed(struct world *world, int fd);
int sockets_connect(struct world *world);
int sockets_accept(struct world *world, int listener);
void sockets_send(struct world *world, int fd, const char *text);
void sockets_receive(struct world *world, int fd, const char *text);
void sockets_receive_end(struct world *world, int fd);
void sockets_shut(struct world *world, int fd);
void sockets_close(struct world *world, int fd);
void sockets_reset(struct world *world, int fd);
void sockets_settle(struct world *world);

#endif
