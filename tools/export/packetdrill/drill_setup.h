/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a packetdrill script needs before its first segment: its options, the
 * settings of the kernel under test, a socket.
 */
#ifndef TCPLEDGER_DRILL_SETUP_H
#define TCPLEDGER_DRILL_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct play;
struct tcpledger_entry;

void drill_head(struct play *play);
void drill_setup(struct play *play);
void drill_connect(struct play *play, int64_t t_ns);
bool drill_is_dropped(const struct play *play);
bool drill_options(const struct play *play, const struct tcpledger_entry *syn, char *options,
		   size_t size);
void drill_tell_options(struct play *play, bool ours);

#endif
