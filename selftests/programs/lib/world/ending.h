/* SPDX-License-Identifier: GPL-2.0 */
/* Connections over the wire, brought to where their end begins. */
#ifndef TCPLEDGER_SELFTEST_ENDING_H
#define TCPLEDGER_SELFTEST_ENDING_H

#include "lib/world/world.h"

int wire_listen(struct world *world, int backlog);
int wire_listen_for(struct world *world, struct peer *peers, int n, int backlog);
int wire_serve(int listener, struct peer *peer);
void wire_to_fin_wait2(int fd, struct peer *peer);
void wire_to_time_wait(int fd, struct peer *peer);
void wire_in_closing(struct world *world, struct peer *peer);
void wire_in_time_wait(struct world *world, struct peer *peer);
struct segment peer_fin_again(const struct peer *peer);
void peer_repeat_fin(struct peer *peer);
void peer_skip(struct peer *peer);
bool record_over(const struct peer *peer);

#endif
