/* SPDX-License-Identifier: GPL-2.0 */
/* Captures of what passes on both wires, beside the ledger and not knowing of it. */
#ifndef TCPLEDGER_CAPTURE_H
#define TCPLEDGER_CAPTURE_H

#include "lab/world.h"

#define CAPTURE_WIRES	2

/**
 * struct capture - the captures of a case, all zero when there are none
 * @wire: libpcap's, of the client's wire and of the server's
 */
struct capture {
	struct pcap	*wire[CAPTURE_WIRES];
};

void capture_begin(struct capture *capture, struct world *world);
void capture_write(struct capture *capture, struct world *world, const char *folder,
		   const char *name);
void capture_end(struct capture *capture);

#endif
