/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packetdrill script needs before its first segment: its options, the
 * settings of the kernel under test, a socket.
 */
#ifndef TCPLEDGER_PROLOGUE_H
#define TCPLEDGER_PROLOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replay;
struct tcpledger_entry;

void prologue_head(struct replay *replay);
void prologue_setup(struct replay *replay);
void prologue_connect(struct replay *replay, int64_t t_ns);
bool prologue_is_dropped(const struct replay *replay);
bool prologue_options(const struct replay *replay, const struct tcpledger_entry *syn, char *options,
		      size_t size);
void prologue_tell_options(struct replay *replay, bool ours);

#endif
