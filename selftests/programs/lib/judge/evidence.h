/* SPDX-License-Identifier: GPL-2.0 */
/* What is judged, whole: all files of the ledger as they were at one moment. */
#ifndef TCPLEDGER_SELFTEST_EVIDENCE_H
#define TCPLEDGER_SELFTEST_EVIDENCE_H

#include "lib/ledger/ledger.h"
#include "lib/ledger/records.h"
#include "lib/witness/sockets.h"

#define EXPORT_FILE	"/tmp/export.pcapng"

/**
 * struct evidence - all that the ledger says
 * @ledger: the records as JSON
 * @records: in binary
 * @sockets: what the test has open
 * @connections: the file
 * @log: the file
 * @timewait: the file
 * @until: CLOCK_REALTIME when all were read
 */
struct evidence {
	struct ledger ledger;
	struct records records;
	struct sockets sockets;
	char *connections;
	char *log;
	char *timewait;
	int64_t until;
};

void evidence_read(struct evidence *e, bool export);
void evidence_free(struct evidence *e);

#endif
